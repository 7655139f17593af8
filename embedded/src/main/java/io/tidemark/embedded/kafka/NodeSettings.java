package io.tidemark.embedded.kafka;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * server.properties of one node: Kafka's own words, with the reason where the value is not Kafka's
 * default.
 */
final class NodeSettings {
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    /**
     * A 16 MiB entry plus the 16 KiB the server allows on top, its key, headers and the batch
     * around it.
     */
    private static final int MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

    /** After how long without a heartbeat controllers take a broker for dead. */
    static final String SESSION_TIMEOUT = "broker.session.timeout.ms";

    /** Soon, as others take its partitions over then, or as it comes back. */
    static final int MISSED_MILLIS = 3_000;

    /** A lone broker has nobody who could: on a machine that stands still it just goes on. */
    private static final int LONE_MISSED_MILLIS = 30_000;

    private NodeSettings() {}

    static Map<String, String> of(
            int node, Path data, List<NodePorts> ports, Map<String, String> overrides) {
        int nodes = ports.size();
        Map<String, String> settings = new HashMap<>();
        addresses(settings, node, data, ports);
        elections(settings, nodes);
        internalTopics(settings, nodes);
        sizes(settings);
        // Groups form at once, and tests may ask for owners that are missed within a second.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "500");
        settings.put("group.consumer.min.session.timeout.ms", "500");
        settings.put("group.consumer.min.heartbeat.interval.ms", "100");
        // Topics are created by whoever owns them, with explicit settings; a typo must not make
        // one.
        settings.put("auto.create.topics.enable", "false");
        // A transaction whose producer died blocks read_committed readers until it is aborted.
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        settings.putAll(overrides);
        return settings;
    }

    private static void addresses(
            Map<String, String> settings, int node, Path data, List<NodePorts> ports) {
        NodePorts own = ports.get(node - 1);
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(node));
        settings.put("log.dirs", data.toString());
        settings.put(
                "listeners",
                "CLIENT://127.0.0.1:%d,%s://127.0.0.1:%d"
                        .formatted(own.client(), CONTROLLER_LISTENER, own.controller()));
        settings.put(
                "listener.security.protocol.map",
                "CLIENT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.put("inter.broker.listener.name", "CLIENT");
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, ports.size())
                        .mapToObj(id -> id + "@127.0.0.1:" + ports.get(id - 1).controller())
                        .collect(Collectors.joining(",")));
    }

    private static int sessionMillis(int nodes) {
        return nodes == 1 ? LONE_MISSED_MILLIS : MISSED_MILLIS;
    }

    private static void elections(Map<String, String> settings, int nodes) {
        settings.put("controlled.shutdown.enable", "true");
        settings.put(SESSION_TIMEOUT, Integer.toString(sessionMillis(nodes)));
        settings.put("broker.heartbeat.interval.ms", "500");
        // A lone voter waits out these times for nobody; three voters need room for a slow machine.
        settings.put("controller.quorum.election.timeout.ms", nodes == 1 ? "50" : "1000");
        settings.put("controller.quorum.fetch.timeout.ms", nodes == 1 ? "50" : "2000");
        settings.put("controller.quorum.election.backoff.max.ms", nodes == 1 ? "20" : "300");
        // Empty batches keep a metadata log moving that nobody here reads for liveness.
        settings.put("metadata.max.idle.interval.ms", "5000");
    }

    private static void internalTopics(Map<String, String> settings, int nodes) {
        String replicas = Integer.toString(nodes);
        String inSync = nodes == 1 ? "1" : "2";
        settings.put("default.replication.factor", replicas);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", replicas);
        settings.put("offsets.topic.num.partitions", "3");
        settings.put("transaction.state.log.replication.factor", replicas);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("transaction.state.log.num.partitions", "3");
        settings.put("share.coordinator.state.topic.replication.factor", replicas);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
        settings.put("share.coordinator.state.topic.num.partitions", "1");
    }

    private static void sizes(Map<String, String> settings) {
        settings.put("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
        settings.put("replica.fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
        // The broker shares its heap with whoever embeds it: Kafka's default is 128 MiB for this
        // buffer alone.
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 * 1024 * 1024));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "1");
    }
}
