package io.tidemark.embedded.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.BrokerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import scala.Option;

/**
 * One node, broker and controller in one. Not safe for use by several threads: {@link
 * EmbeddedKafka} owns it.
 */
final class KafkaNode {
    private static final String CLEAN_SHUTDOWN_MARKER = ".kafka_cleanshutdown";
    private static final String METADATA_LOG = "__cluster_metadata-0";

    private final int id;
    private final Path data;
    private final Map<String, String> settings;
    private KafkaRaftServer server;

    KafkaNode(int id, Path data, Map<String, String> settings) {
        this.id = id;
        this.data = data;
        this.settings = Map.copyOf(settings);
    }

    boolean isRunning() {
        return server != null;
    }

    /**
     * Prepares an empty data directory as {@code kafka-storage format} does; leaves a prepared one
     * as it is.
     */
    void format(String clusterId) throws IOException {
        Files.createDirectories(data);
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(print)
                    .setClusterId(clusterId)
                    .setNodeId(id)
                    .addDirectory(data.toString())
                    .setMetadataLogDirectory(data.toString())
                    .setControllerListenerName(NodeSettings.CONTROLLER_LISTENER)
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) {
            throw new IOException(
                    "Can't prepare %s for Kafka node %d. Kafka says: %s"
                            .formatted(data, id, output.toString(StandardCharsets.UTF_8)),
                    e);
        }
    }

    /** Returns when the broker serves clients; waits for a majority of controllers. */
    void start() {
        LastWords.beforeKafkaEndsTheProcess();
        KafkaRaftServer starting =
                new KafkaRaftServer(new KafkaConfig(ofThisStart(), false), Time.SYSTEM);
        try {
            starting.startup();
        } catch (RuntimeException e) {
            starting.shutdown();
            throw new IllegalStateException(
                    "Kafka node %d with data in %s and listeners %s did not start: %s"
                            .formatted(id, data, settings.get("listeners"), e.getMessage()),
                    e);
        }
        server = starting;
    }

    /** Whoever was killed is not welcome before controllers miss his former life. */
    private Map<String, String> ofThisStart() {
        boolean killed =
                Files.exists(data.resolve(METADATA_LOG))
                        && !Files.exists(data.resolve(CLEAN_SHUTDOWN_MARKER));
        Map<String, String> own = new HashMap<>(settings);
        if (killed) {
            own.put(NodeSettings.SESSION_TIMEOUT, "" + NodeSettings.MISSED_MILLIS);
        }
        return own;
    }

    /** Hands its partitions over, which a majority of controllers must allow. */
    void handOver() {
        if (server != null) {
            broker(server).shutdown();
        }
    }

    /** Without {@link #handOver} before, its partitions are without a leader for a while. */
    void stop() {
        if (server != null) {
            withoutHandingOver(broker(server));
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    /**
     * As close to {@code kill -9} as threads of one JVM can come: connections break first,
     * leadership is not handed over, and the clean shutdown marker is gone, so that the next start
     * recovers its logs.
     */
    void kill() throws IOException {
        if (server == null) {
            return;
        }
        broker(server).socketServer().stopProcessingRequests();
        stop();
        Files.deleteIfExists(data.resolve(CLEAN_SHUTDOWN_MARKER));
    }

    /**
     * A broker that ends asks the controllers to move its partitions, and waits five minutes for
     * their answer. One whose life there has ended already neither asks nor waits.
     */
    private static void withoutHandingOver(BrokerServer broker) {
        broker.lifecycleManager().beginShutdown();
        broker.lifecycleManager().controlledShutdownFuture().join();
    }

    /** KafkaRaftServer keeps its broker to itself, and has no abrupt end of its own. */
    private static BrokerServer broker(KafkaRaftServer server) {
        try {
            Field field = KafkaRaftServer.class.getDeclaredField("broker");
            field.setAccessible(true);
            return (BrokerServer) ((Option<?>) field.get(server)).get();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This Kafka version keeps its broker elsewhere: KafkaNode must follow it", e);
        }
    }
}
