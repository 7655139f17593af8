package io.tidemark.cli.demo;

import io.tidemark.capture.CaptureAgent;
import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.sink.Sink;
import io.tidemark.sink.SinkConfig;
import io.tidemark.sink.SinkMetrics;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Capture and sink, as the services run them. */
final class Pipeline implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final ClusterName cluster;
    private final CaptureAgent agent;
    private final Sink sink;
    private final CompletableFuture<Void> archiving;
    private boolean stopped;

    private Pipeline(ClusterName cluster, CaptureAgent agent, Sink sink) {
        this.cluster = cluster;
        this.agent = agent;
        this.sink = sink;
        agent.start();
        this.archiving = new CompletableFuture<>();
        Thread thread = new Thread(this::archive, "demo-sink");
        thread.setDaemon(true);
        thread.start();
    }

    private void archive() {
        try {
            sink.run();
            archiving.complete(null);
        } catch (RuntimeException failed) {
            archiving.completeExceptionally(failed);
        }
    }

    static Pipeline start(ClusterName cluster, String source, DemoServers servers)
            throws IOException {
        CaptureConfig capture =
                CaptureConfig.of(
                        Map.of(
                                "cluster",
                                cluster.value(),
                                "source.uri",
                                source,
                                "shards.refresh",
                                "1s",
                                "kafka.bootstrap.servers",
                                servers.kafka(),
                                "registry.urls",
                                servers.registry(),
                                "topic.replication.factor",
                                "1"));
        SinkConfig archive =
                SinkConfig.of(
                        Map.of(
                                "cluster", cluster.value(),
                                "bucket", servers.bucket(),
                                "kafka.bootstrap.servers", servers.kafka(),
                                "kafka.metadata.max.age.ms", "1000",
                                "registry.urls", servers.registry(),
                                // Small slices at once: a demo is shorter than one usual slice.
                                "slice.max.time", "2s",
                                "slice.max.idle", "1s"));
        return new Pipeline(
                cluster,
                new CaptureAgent(
                        capture,
                        new ConfluentRestRegistry(capture.registry()),
                        "demo",
                        Clock.systemUTC()),
                Sink.of(archive, SinkMetrics.NONE));
    }

    /** Ends capture, then the sink. Gives the number of entries committed to Kafka. */
    long stop() {
        close();
        return agent.progress().values().stream().mapToLong(TailProgress::entries).sum();
    }

    /**
     * Waits until the bucket holds every replica set's entries up to {@code time}.
     *
     * @param meanwhile run again and again
     */
    void awaitArchived(ObjectStore bucket, ClusterTime time, int replicaSets, Runnable meanwhile)
            throws InterruptedException {
        Catalogue catalogue = new Catalogue(bucket, cluster);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!reaches(catalogue, time, replicaSets)) {
            if (agent.ended().isDone()) {
                agent.ended().join();
            }
            if (archiving.isDone()) {
                archiving.join();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "after " + PATIENCE.toSeconds() + " s the archive does not reach " + time);
            }
            meanwhile.run();
            Thread.sleep(100);
        }
    }

    private static boolean reaches(Catalogue catalogue, ClusterTime time, int replicaSets) {
        List<ArchivedReplicaSet> sets = catalogue.replicaSets();
        return sets.size() == replicaSets
                && sets.stream()
                        .allMatch(
                                set ->
                                        catalogue
                                                .last(set)
                                                .filter(k -> !Catalogue.through(k).isBefore(time))
                                                .isPresent());
    }

    @Override
    public void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        agent.close();
        sink.stop();
        archiving.exceptionally(failed -> null).join();
        sink.close();
    }
}
