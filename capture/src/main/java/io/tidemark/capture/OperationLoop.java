package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.control.KafkaControlTopic;
import io.tidemark.capture.control.KafkaOperationBoard;
import io.tidemark.capture.mongo.ConfigServers;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoLocks;
import io.tidemark.capture.mongo.MongoMemberCheck;
import io.tidemark.capture.mongo.MongoOperationStates;
import io.tidemark.capture.operation.AgentPorts;
import io.tidemark.capture.operation.ControlTopic;
import io.tidemark.capture.operation.OperationAgent;
import io.tidemark.capture.operation.OperationClock;
import io.tidemark.capture.operation.OperationSettings;
import io.tidemark.capture.operation.OperationStates;
import io.tidemark.capture.operation.ThreadTasks;
import io.tidemark.capture.publish.OplogTopics;
import io.tidemark.capture.publish.TopicMisconfiguredException;
import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.capture.schedule.ScheduledOrders;
import io.tidemark.capture.shards.SourceSets;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations of an agent beside its tailing: own connections, own threads. */
final class OperationLoop implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OperationLoop.class);

    /** Locks must be kept alive while a server does not answer. */
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(3);

    private static final Duration STEP_WHILE_STOPPING = Duration.ofMillis(50);
    private final OplogTopics topics;
    private final ConfigServers servers;
    private final MongoMemberCheck members;
    private final OperationAgent agent;
    private boolean topicsMade;

    /**
     * @param name of the agent; a life of its own is added
     * @param wall by which commands are old and snapshots due
     */
    OperationLoop(
            CaptureConfig config,
            OplogTopics topics,
            SchemaRegistry registry,
            String name,
            Clock wall,
            Supplier<SourceSets> sets,
            AgentOperations does) {
        this.topics = topics;
        TopicNames names = new TopicNames(config.cluster());
        Duration timeout = config.source().timeout();
        MongoAccess access =
                new MongoAccess(
                        new ConnectionString(config.source().uri().value()),
                        timeout.compareTo(MOST_PATIENCE) < 0 ? timeout : MOST_PATIENCE);
        this.servers = new ConfigServers(access, () -> sets.get().leading());
        this.members =
                new MongoMemberCheck(
                        access, config.source().preferences(), config.operations().member());
        OperationSettings settings = config.operations().settings();
        Map<String, String> client = config.topics().client();
        OperationStates states = new MongoOperationStates(servers);
        OperationClock clock = OperationClock.of(wall);
        ControlTopic heard = new KafkaControlTopic(names, client, registry, settings.commandAge());
        this.agent =
                new OperationAgent(
                        new AgentPorts(
                                name + "-" + UUID.randomUUID().toString().substring(0, 8),
                                new MongoLocks(servers),
                                states,
                                members,
                                new ThreadTasks(does.works()),
                                new KafkaOperationBoard(names, client, registry),
                                clock,
                                settings),
                        does.wishes()
                                .map(
                                        w ->
                                                (ControlTopic)
                                                        new ScheduledOrders(
                                                                heard, w, states, clock))
                                .orElse(heard),
                        sets);
    }

    void step() {
        if (!topicsMade) {
            try {
                topics.ensureOperations();
                topicsMade = true;
            } catch (TopicUnavailableException | TopicMisconfiguredException e) {
                LOGGER.atWarn()
                        .addKeyValue("error", e.getMessage())
                        .log("No topics for operations yet");
                return;
            }
        }
        agent.step();
    }

    /** Gives locks back, so that others go on at once; what does not end in time becomes stale. */
    void stop(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            while (!agent.stop() && System.nanoTime() < end) {
                Thread.sleep(STEP_WHILE_STOPPING.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public void close() {
        agent.close();
        members.close();
        servers.close();
    }
}
