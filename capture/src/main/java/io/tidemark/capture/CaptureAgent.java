package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tidemark.capture.metrics.CaptureMeters;
import io.tidemark.capture.metrics.CaptureMeters.HeldUp;
import io.tidemark.capture.metrics.HeadroomAlarm;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoOplogSource;
import io.tidemark.capture.mongo.MongoShardDirectory;
import io.tidemark.capture.mongo.OplogNotes;
import io.tidemark.capture.ownership.OwnershipLoop;
import io.tidemark.capture.publish.KafkaOplogTopic;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.publish.OplogTopics;
import io.tidemark.capture.publish.TopicMisconfiguredException;
import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.capture.shards.ShardWatch;
import io.tidemark.capture.shards.ShardsAtStart;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.status.CaptureStatusTopic;
import io.tidemark.capture.status.Statuses;
import io.tidemark.capture.tail.BudgetedSource;
import io.tidemark.capture.tail.MemoryBudget;
import io.tidemark.capture.tail.OplogTailer;
import io.tidemark.capture.tail.ReadAheadThread;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.metrics.Health;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One capture process: finds the replica sets, takes its share of them, and brings their oplogs to
 * Kafka. Any number of agents may run for a cluster; they share the replica sets through Kafka.
 */
public final class CaptureAgent implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CaptureAgent.class);
    private static final Duration OWNER_PAUSE = Duration.ofMillis(20);
    private static final Duration WATCH_PAUSE = Duration.ofSeconds(1);
    private static final Duration OPERATION_PAUSE = Duration.ofMillis(500);

    private final CaptureConfig config;
    private final Clock clock;
    private final String name;
    private final TopicNames names;
    private final SchemaRegistry registry;
    private final MongoAccess access;
    private final MemoryBudget budget;
    private final CaptureMeters meters;
    private final MongoShardDirectory directory;
    private final OplogTopics topics;
    private final ShardWatch shards;
    private final OwnershipLoop ownership;
    private final CaptureStatusTopic status;
    private final OplogNotes notes;
    private final List<StepLoop> loops = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Optional<OperationLoop> operations;
    private boolean statusTopicMade;
    private boolean closed;
    private volatile Map<ReplicaSet, TailProgress> atClose;

    /**
     * One that only tails.
     *
     * @param name of this agent in statuses, such as host and process
     */
    public CaptureAgent(CaptureConfig config, SchemaRegistry registry, String name, Clock clock) {
        this(config, registry, name, clock, new CompositeMeterRegistry());
    }

    /** One that only tails, and tells its meters. */
    public CaptureAgent(
            CaptureConfig config,
            SchemaRegistry registry,
            String name,
            Clock clock,
            MeterRegistry meterRegistry) {
        this(config, registry, name, clock, meterRegistry, AgentOperations.NONE);
    }

    /**
     * @param name of this agent in statuses, such as host and process
     * @param meterRegistry for the agent's meters, which its README lists
     * @param does beside tailing
     */
    public CaptureAgent(
            CaptureConfig config,
            SchemaRegistry registry,
            String name,
            Clock clock,
            MeterRegistry meterRegistry,
            AgentOperations does) {
        this.config = config;
        this.registry = registry;
        this.name = name;
        this.clock = clock;
        this.names = new TopicNames(config.cluster());
        this.access =
                new MongoAccess(
                        new ConnectionString(config.source().uri().value()),
                        config.source().timeout());
        this.budget = new MemoryBudget(config.memoryBytes());
        this.meters =
                new CaptureMeters(
                        meterRegistry,
                        budget,
                        config.metrics().stallAfter(),
                        new HeadroomAlarm(config.headroom()),
                        System::nanoTime);
        this.directory = new MongoShardDirectory(access);
        this.topics = new OplogTopics(names, config.topics());
        this.shards = new ShardWatch(directory, topics::ensureOplog);
        this.ownership = new OwnershipLoop(names, shards::last, this::tailer, config.ownership());
        this.status = new CaptureStatusTopic(names, config.topics().client(), registry);
        this.notes = new OplogNotes(access);
        this.operations =
                does.works().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new OperationLoop(
                                        config, topics, registry, name, clock, shards::last, does));
    }

    /** Starts the loops; returns at once. */
    public synchronized void start() {
        if (!loops.isEmpty()) {
            throw new IllegalStateException("the agent was started before");
        }
        LOGGER.atInfo()
                .addKeyValue("cluster", names.cluster())
                .addKeyValue("agent", name)
                .log("Capture starts");
        CaptureConfig.Pace pace = config.pace();
        loops.add(new StepLoop("capture-shards", shards::step, pace.shardsRefresh(), ended));
        loops.add(new StepLoop("capture-owner", this::ownerStep, OWNER_PAUSE, ended));
        loops.add(new StepLoop("capture-watch", this::watchStep, WATCH_PAUSE, ended));
        loops.add(new StepLoop("capture-status", this::statusStep, pace.statusInterval(), ended));
        if (!pace.noteInterval().isZero()) {
            loops.add(new StepLoop("capture-notes", this::noteStep, pace.noteInterval(), ended));
        }
        operations.ifPresent(
                o ->
                        loops.add(
                                new StepLoop(
                                        "capture-operations", o::step, OPERATION_PAUSE, ended)));
        loops.forEach(StepLoop::start);
    }

    /** Completes exceptionally if a thread of the agent failed: the process must end then. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Of the replica sets that this agent owns now. */
    public Map<ReplicaSet, TailProgress> progress() {
        return atClose == null ? ownership.progress() : atClose;
    }

    /** Whether this agent gets on with its work; from any thread, at once. */
    public Health health() {
        Health now = meters.health();
        if (!ended.isCompletedExceptionally()) {
            return now;
        }
        List<Health.Problem> problems = new ArrayList<>(now.problems());
        problems.add(
                new Health.Problem(
                        "agent", "a thread failed and the process ends; its log has the details"));
        return new Health(now.message(), problems);
    }

    /** The replica sets of the cluster, whoever captures them. */
    public List<SourceSet> replicaSets() {
        return List.copyOf(shards.last().byName().values());
    }

    /**
     * Writes a note to every replica set's oplog, so that all soon have an entry behind the time
     * returned, quiet ones too.
     *
     * @return a cluster time at or after every write that was acknowledged before the call
     * @throws SourceUnavailableException if a primary does not answer
     * @throws SourceRefusedException if the user may not append notes
     */
    public ClusterTime freshCut() {
        return notes.freshCut(replicaSets());
    }

    /**
     * Stops in order: what was read is committed, and other agents take over at once. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        loops.forEach(StepLoop::askToStop);
        Duration patience = config.ownership().stopTimeout().plusSeconds(5);
        loops.forEach(loop -> loop.awaitEnd(patience));
        operations.ifPresent(o -> o.stop(config.ownership().stopTimeout()));
        atClose = Map.copyOf(ownership.close());
        tellStatus(atClose);
        status.close();
        topics.close();
        directory.close();
        notes.close();
        ended.complete(null);
        LOGGER.atInfo().addKeyValue("agent", name).log("Capture has stopped");
    }

    private OplogTailer tailer(SourceSet set) {
        CaptureConfig.Source source = config.source();
        MongoOplogSource oplog =
                new MongoOplogSource(
                        set.replicaSet(),
                        set.seeds(),
                        access,
                        source.preferences(),
                        source.cursors());
        return new OplogTailer(
                set.replicaSet(),
                set.role(),
                new BudgetedSource(oplog, budget),
                withShards(
                        set,
                        new KafkaOplogTopic(
                                names, set.replicaSet(), config.topics(), registry, budget::read)),
                config.tail(),
                new SystemTailClock(),
                ReadAheadThread.named("oplog-read-" + set.replicaSet(), config.tail().awaitData()));
    }

    private OplogTopic withShards(SourceSet set, OplogTopic topic) {
        // A replica set without a cluster decides alone who belongs to it.
        boolean decides = set.isConfigServer() || shards.last().byName().size() == 1;
        OplogTopic metered = meters.metered(set.replicaSet(), topic);
        return decides ? new ShardsAtStart(metered, shards::last) : metered;
    }

    private void watchStep() {
        Optional<String> noShards =
                shards.error()
                        .or(
                                () ->
                                        shards.last().isKnown()
                                                ? Optional.empty()
                                                : Optional.of("replica sets are not known yet"));
        meters.look(
                shards.last().byName().keySet(),
                ownership.progress(),
                List.of(
                        new HeldUp("shards", noShards),
                        new HeldUp("ownership", ownership.unheard())));
    }

    private void ownerStep() {
        ownership.step();
        Optional<Throwable> failure = ownership.failure();
        failure.ifPresent(ended::completeExceptionally);
    }

    private void statusStep() {
        try {
            if (!statusTopicMade) {
                topics.ensureStatus();
                statusTopicMade = true;
            }
            tellStatus(ownership.progress());
        } catch (TopicUnavailableException | TopicMisconfiguredException e) {
            LOGGER.atWarn().addKeyValue("error", e.getMessage()).log("No status topic yet");
        }
    }

    private void tellStatus(Map<ReplicaSet, TailProgress> progress) {
        status.tell(
                progress.entrySet().stream()
                        .map(
                                e ->
                                        Statuses.of(
                                                e.getKey(),
                                                shards.last().find(e.getKey()),
                                                e.getValue(),
                                                meters.headroom(e.getKey()),
                                                name,
                                                clock.millis()))
                        .toList());
    }

    private void noteStep() {
        try {
            notes.freshCut(replicaSets());
        } catch (SourceUnavailableException | SourceRefusedException e) {
            LOGGER.atWarn().addKeyValue("error", e.getMessage()).log("A note was not written");
        }
    }
}
