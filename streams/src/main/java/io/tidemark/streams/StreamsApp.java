package io.tidemark.streams;

import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.streams.view.TimelineViews;
import io.tidemark.streams.view.TopicViews;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the timeline: takes its share of the topics, and holds all that is published. Any
 * number of instances may run for a cluster; they share the work through Kafka.
 */
public final class StreamsApp implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(StreamsApp.class);
    private final StreamsConfig config;
    private final TopicNames names;
    private final TopicBeginnings topics;
    private final TimelineTopology topology;
    private final TopicViews views;
    private final Failure.Restarts restarts = new Failure.Restarts();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile KafkaStreams streams;
    private boolean closed;

    public StreamsApp(StreamsConfig config, SchemaRegistry registry) {
        this.config = config;
        this.names = new TopicNames(config.cluster());
        this.topics = new TopicBeginnings(config.kafka());
        this.topology =
                new TimelineTopology(
                        names, registry, config.fold(), config.frontierInterval(), topics);
        this.streams = unstarted();
        this.views =
                new TopicViews(
                        config.cluster(), config.kafka(), registry, Clock.systemUTC(), ended);
    }

    private KafkaStreams unstarted() {
        KafkaStreams made =
                new KafkaStreams(topology.build(), KafkaStreamsSettings.of(names, config));
        made.setUncaughtExceptionHandler(this::failed);
        made.setStateListener(
                (now, before) ->
                        LOGGER.atDebug()
                                .addKeyValue("state", now)
                                .log("Streams changes its state"));
        return made;
    }

    /**
     * Makes the topics that are missing, and begins; returns at once then. One that is closed
     * meanwhile, or was before, does not begin: that is no failure.
     *
     * @throws KafkaUnavailableException if Kafka doesn't answer
     */
    public void start() {
        LOGGER.atInfo().addKeyValue("cluster", names.cluster()).log("Timeline starts");
        try {
            if (!isClosed()) {
                new TimelineTopics(names, config).ensure();
            }
        } catch (KafkaUnavailableException e) {
            if (!isClosed()) {
                throw e;
            }
        }
        begin();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** In one step: whoever closes it finds all of it running, or nothing. */
    private synchronized void begin() {
        if (closed) {
            return;
        }
        try {
            streams.start();
        } catch (ProcessorStateException halfWritten) {
            // A process that was killed while it made a store leaves one that nobody can open.
            LOGGER.atWarn()
                    .addKeyValue("error", halfWritten.getMessage())
                    .log("The local state can't be opened; it is built again from Kafka");
            streams.close();
            streams = unstarted();
            streams.cleanUp();
            streams.start();
        }
        views.start();
    }

    /** What is published, as this instance sees it. */
    public TimelineViews views() {
        return views;
    }

    /** True while this instance works and no task changes hands. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Completes exceptionally if the instance can't go on: the process must end then. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /**
     * Stops in order: what was read is committed, and other instances take over at once.
     * Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        views.close();
        boolean inTime =
                streams.close(
                        CloseOptions.timeout(config.stop())
                                .withGroupMembershipOperation(
                                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        if (!inTime) {
            LOGGER.warn("Streams did not stop in time; what was not committed is done again");
        }
        topics.close();
        ended.complete(null);
        LOGGER.atInfo().addKeyValue("cluster", names.cluster()).log("Timeline has stopped");
    }

    private StreamThreadExceptionResponse failed(Throwable error) {
        if (Failure.canPass(error) && restarts.allows(System.currentTimeMillis())) {
            LOGGER.atWarn()
                    .addKeyValue("error", error.getMessage())
                    .log("A thread could not go on; another takes its place");
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        ended.completeExceptionally(error);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
