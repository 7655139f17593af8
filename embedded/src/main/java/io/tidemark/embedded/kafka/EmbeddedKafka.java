package io.tidemark.embedded.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka cluster of one or three nodes in this JVM, on 127.0.0.1. Each node is broker and
 * controller.
 *
 * <p>All data and the ports stay in the given directory: a cluster started again in it, by this or
 * by another process, has the same topics, the same cluster id and the same bootstrap address. Stop
 * it before its directory is deleted: a broker that loses its disk ends the whole process, as Kafka
 * means it to.
 *
 * <p>Nodes are numbered from 1. Methods may be called from any thread; they exclude each other.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final String CLUSTER_ID_FILE = "cluster.id";

    private final Path directory;
    private final int nodeCount;
    private final Map<String, String> overrides;
    private final List<KafkaNode> nodes = new ArrayList<>();
    private String bootstrapServers = "";

    /** One node with data in {@code directory}, which is created if absent. */
    public EmbeddedKafka(Path directory) {
        this(directory, 1, Map.of());
    }

    public EmbeddedKafka(Path directory, int nodes) {
        this(directory, nodes, Map.of());
    }

    /**
     * @param nodes 1 or 3; must stay the same for a directory
     * @param overrides broker settings, by Kafka's names, that replace the ones chosen here
     */
    public EmbeddedKafka(Path directory, int nodes, Map<String, String> overrides) {
        if (nodes != 1 && nodes != 3) {
            throw new IllegalArgumentException(
                    nodes
                            + " nodes: 1 or 3 are possible, as two have no majority without each"
                            + " other");
        }
        this.directory = directory.toAbsolutePath();
        this.nodeCount = nodes;
        this.overrides = Map.copyOf(overrides);
    }

    /** Starts every node that does not run; returns when all serve clients. */
    public synchronized EmbeddedKafka start() {
        prepare();
        long began = System.nanoTime();
        startNodes(nodes.stream().filter(node -> !node.isRunning()).toList());
        LOGGER.atInfo()
                .addKeyValue("nodes", nodeCount)
                .addKeyValue("bootstrapServers", bootstrapServers)
                .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                .log("Embedded Kafka serves");
        return this;
    }

    /** Starts one node; waits for it, so a majority of nodes must be running or starting. */
    public synchronized void start(int node) {
        KafkaNode starting = node(node);
        if (!starting.isRunning()) {
            startNodes(List.of(starting));
        }
    }

    /**
     * Stops one node in order: it hands its partitions over first, if a majority of nodes runs.
     * Nothing happens if it does not run.
     */
    public synchronized void stop(int node) {
        stop(List.of(node(node)));
    }

    /**
     * Ends one node as abruptly as threads of one JVM allow: its connections break, its partitions
     * are without a leader until the controllers miss it (3 s), and its next start recovers the
     * logs. Unlike {@code kill -9}, a controller that leads the quorum still resigns, and what the
     * broker accepted is flushed.
     */
    public synchronized void kill(int node) {
        try {
            node(node).kill();
        } catch (IOException e) {
            throw new UncheckedIOException("Kafka node " + node + " ended, but not abruptly", e);
        }
    }

    /** Stops and starts all nodes: same data, same address. */
    public synchronized void restart() {
        close();
        start();
    }

    /**
     * {@code host:port} of all nodes, running or not; the same after a restart. Empty before the
     * first start.
     */
    public synchronized String bootstrapServers() {
        return bootstrapServers;
    }

    public synchronized boolean isRunning(int node) {
        return node(node).isRunning();
    }

    /** Stops every node; a stopped cluster may be started again. */
    @Override
    public synchronized void close() {
        stop(nodes.stream().filter(KafkaNode::isRunning).toList());
    }

    /** All hand over before the first controller ends: the last would have no majority for it. */
    private void stop(List<KafkaNode> stopping) {
        if (2 * nodes.stream().filter(KafkaNode::isRunning).count() > nodeCount) {
            forEach("hand over", stopping, KafkaNode::handOver);
        }
        forEach("stop", stopping, KafkaNode::stop);
    }

    private KafkaNode node(int number) {
        if (nodes.isEmpty()) {
            throw new IllegalStateException("Start the cluster first");
        }
        if (number < 1 || number > nodeCount) {
            throw new IllegalArgumentException(
                    "No node " + number + ": there are 1 to " + nodeCount);
        }
        return nodes.get(number - 1);
    }

    private void prepare() {
        if (!nodes.isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(directory);
            String clusterId = clusterId(directory.resolve(CLUSTER_ID_FILE));
            List<NodePorts> ports = NodePorts.keptIn(directory, nodeCount);
            List<KafkaNode> prepared = new ArrayList<>();
            for (int id = 1; id <= nodeCount; id++) {
                Path data = directory.resolve("node-" + id);
                KafkaNode node =
                        new KafkaNode(id, data, NodeSettings.of(id, data, ports, overrides));
                node.format(clusterId);
                prepared.add(node);
            }
            nodes.addAll(prepared);
            bootstrapServers =
                    IntStream.range(0, nodeCount)
                            .mapToObj(i -> "127.0.0.1:" + ports.get(i).client())
                            .collect(Collectors.joining(","));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't prepare " + directory + " for Kafka", e);
        }
    }

    private static String clusterId(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, Uuid.randomUuid().toString());
        }
        return Files.readString(file).strip();
    }

    private static void startNodes(List<KafkaNode> starting) {
        forEach("start", starting, KafkaNode::start);
    }

    /** At the same time, as nodes wait for each other. */
    private static void forEach(String what, List<KafkaNode> nodes, Consumer<KafkaNode> step) {
        await(what, nodes.stream().map(node -> inThread(what, () -> step.accept(node))).toList());
    }

    private static CompletableFuture<Void> inThread(String what, Runnable step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                step.run();
                                done.complete(null);
                            } catch (RuntimeException | Error e) {
                                done.completeExceptionally(e);
                            }
                        },
                        "embedded-kafka-" + what.replace(' ', '-'));
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private static void await(String what, List<CompletableFuture<Void>> steps) {
        try {
            CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new))
                    .get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Kafka did not %s within %d s; a majority of its nodes must run for that"
                            .formatted(what, START_TIMEOUT.toSeconds()),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "Kafka did not " + what + ": " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Kafka to " + what, e);
        }
    }
}
