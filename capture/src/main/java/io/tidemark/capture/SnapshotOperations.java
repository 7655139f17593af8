package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.control.KafkaTopologyEvents;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationWork;
import io.tidemark.capture.schedule.Bases;
import io.tidemark.capture.schedule.Invalidations;
import io.tidemark.capture.schedule.SnapshotSchedule;
import io.tidemark.capture.schedule.SnapshotWishes;
import io.tidemark.capture.schedule.StoredBases;
import io.tidemark.capture.schedule.StoredGaps;
import io.tidemark.capture.snapshot.AfterSnapshot;
import io.tidemark.capture.snapshot.PruneAfterSnapshot;
import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotLead;
import io.tidemark.capture.snapshot.SnapshotMembers;
import io.tidemark.capture.snapshot.SnapshotWork;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameCodecs;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.MemoryBudget;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.retention.RetentionRule;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent with a bucket can do beside tailing: base snapshots. */
public final class SnapshotOperations implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotOperations.class);
    private final List<AutoCloseable> opened;
    private final AgentOperations operations;

    private SnapshotOperations(List<AutoCloseable> opened, AgentOperations operations) {
        this.opened = List.copyOf(opened);
        this.operations = operations;
    }

    /**
     * Opens no connection yet.
     *
     * @param agent for people to read
     * @throws ConfigException if the key ring can't be read
     */
    public static SnapshotOperations of(CaptureConfig config, String agent) {
        if (config.snapshots().isEmpty()) {
            LOGGER.atInfo().log(
                    "This agent takes no part in base snapshots: it has no setting 'bucket'");
            return new SnapshotOperations(List.of(), AgentOperations.NONE);
        }
        SnapshotConfig snapshots = config.snapshots().get();
        tell(snapshots.plan());
        FrameOptions frames = frames(snapshots);
        ObjectStore store = snapshots.bucket().open();
        SnapshotMembers members =
                new MongoSnapshotMembers(
                        new MongoAccess(
                                new ConnectionString(config.source().uri().value()),
                                config.source().timeout()));
        SnapshotBucket bucket = new SnapshotBucket(store, frames, snapshots.settings());
        OperationWork work =
                new OperationWork(
                        new SnapshotWork(config.cluster(), members, bucket),
                        new SnapshotLead(
                                config.cluster(), members, store, after(config, store, agent)));
        List<AutoCloseable> opened = new ArrayList<>(List.of(store));
        Optional<SnapshotWishes> wishes =
                snapshots.plan().schedule().map(when -> wishes(config, when, store, opened));
        return new SnapshotOperations(
                opened, new AgentOperations(Map.of(OperationKind.SNAPSHOT, work), wishes));
    }

    /** Whoever starts an agent must see that it removes backups, and which. */
    private static void tell(SnapshotConfig.Plan plan) {
        LOGGER.atInfo()
                .addKeyValue("schedule", plan.schedule().map(Object::toString).orElse("none"))
                .addKeyValue(
                        "removed",
                        plan.retention().map(SnapshotOperations::removed).orElse("nothing"))
                .log("This agent takes part in base snapshots, and after each removes what is old");
    }

    private static String removed(RetentionRule rule) {
        List<String> kept = new ArrayList<>();
        rule.days().ifPresent(days -> kept.add("the last " + days + " days"));
        rule.bases().ifPresent(bases -> kept.add("the newest " + bases + " bases"));
        String words = "what is not needed for " + String.join(" or ", kept);
        return rule.imports()
                ? words + " nor for imported bases (default; retention.days=none keeps all)"
                : words;
    }

    private static AfterSnapshot after(CaptureConfig config, ObjectStore store, String agent) {
        return config.snapshots()
                .flatMap(snapshots -> snapshots.plan().retention())
                .map(
                        rule ->
                                (AfterSnapshot)
                                        new PruneAfterSnapshot(
                                                store,
                                                config.cluster(),
                                                rule,
                                                agent,
                                                Clock.systemUTC()))
                .orElse(AfterSnapshot.NONE);
    }

    private static SnapshotWishes wishes(
            CaptureConfig config,
            SnapshotSchedule schedule,
            ObjectStore store,
            List<AutoCloseable> opened) {
        Bases bases = new StoredBases(store, config.cluster());
        KafkaTopologyEvents events =
                new KafkaTopologyEvents(
                        new TopicNames(config.cluster()),
                        config.topics().client(),
                        new ConfluentRestRegistry(config.registry()));
        opened.add(events);
        return new SnapshotWishes(
                schedule,
                config.snapshots().orElseThrow().plan().leastDistance(),
                bases,
                Invalidations.of(
                        List.of(
                                events,
                                new StoredGaps(store, config.cluster(), bases, System::nanoTime))));
    }

    private static FrameOptions frames(SnapshotConfig config) {
        FrameOptions frames =
                new FrameOptions(
                        config.compressionLevel(),
                        FrameOptions.DEFAULT_FRAME_BYTES,
                        Optional.empty(),
                        new MemoryBudget(config.memoryBytes()),
                        config.spillFolder(),
                        new FrameCodecs(config.compressionLevel()));
        if (config.keyRing().isEmpty()) {
            return frames;
        }
        try {
            return frames.withKeys(FileKeyRing.read(config.keyRing().get()));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of(
                            "encryption.keys: the key ring "
                                    + config.keyRing().get()
                                    + " can't be read: "
                                    + e));
        }
    }

    /** For the agent; nothing if it has no bucket. */
    public AgentOperations operations() {
        return operations;
    }

    /** To be closed after the agent. */
    @Override
    public void close() {
        for (AutoCloseable each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("Something was not closed in order");
            }
        }
    }
}
