package io.tidemark.cli.demo;

import io.tidemark.capture.CaptureAgent;
import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.sink.Sink;
import io.tidemark.sink.SinkConfig;
import io.tidemark.sink.SinkMetrics;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.streams.StreamsApp;
import io.tidemark.streams.StreamsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Capture, streams and sink, as the services run them. */
final class Pipeline implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final ClusterName cluster;
    private final CaptureAgent agent;
    private final StreamsApp streams;
    private final Sink sink;
    private final CompletableFuture<Void> archiving;
    private boolean stopped;

    private Pipeline(ClusterName cluster, CaptureAgent agent, StreamsApp streams, Sink sink) {
        this.cluster = cluster;
        this.agent = agent;
        this.streams = streams;
        this.sink = sink;
        agent.start();
        streams.start();
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

    /**
     * @param folder for the state of streams
     */
    static Pipeline start(ClusterName cluster, String source, DemoServers servers, Path folder)
            throws IOException {
        Map<String, String> all =
                Map.of(
                        "cluster", cluster.value(),
                        "kafka.bootstrap.servers", servers.kafka(),
                        "registry.urls", servers.registry());
        CaptureConfig capture = capture(all, source);
        StreamsConfig timeline = timeline(all, folder);
        return new Pipeline(
                cluster,
                new CaptureAgent(
                        capture,
                        new ConfluentRestRegistry(capture.registry()),
                        "demo",
                        Clock.systemUTC()),
                new StreamsApp(timeline, new ConfluentRestRegistry(timeline.registry())),
                Sink.of(archive(all, servers.bucket()), SinkMetrics.NONE));
    }

    private static CaptureConfig capture(Map<String, String> all, String source) {
        return CaptureConfig.of(
                with(
                        all,
                        Map.of(
                                "source.uri", source,
                                "shards.refresh", "1s",
                                "topic.replication.factor", "1")));
    }

    private static StreamsConfig timeline(Map<String, String> all, Path folder) {
        return StreamsConfig.of(
                with(
                        all,
                        Map.of(
                                "topic.replication.factor", "1",
                                "kafka.metadata.max.age.ms", "1000",
                                // One process has all to itself: less work, a little later.
                                "threads", "1",
                                "kafka.commit.interval.ms", "500",
                                // A busy machine may stand still for longer than Kafka's own ten
                                // seconds.
                                "kafka.producer.transaction.timeout.ms", "60000",
                                "state.dir", folder.resolve("streams").toString())));
    }

    private static SinkConfig archive(Map<String, String> all, String bucket) {
        return SinkConfig.of(
                with(
                        all,
                        Map.of(
                                "bucket", bucket,
                                "kafka.metadata.max.age.ms", "1000",
                                "timeline.interval", "1s",
                                // Small slices at once: a demo is shorter than one usual slice.
                                "slice.max.time", "2s",
                                "slice.max.idle", "1s")));
    }

    private static Map<String, String> with(Map<String, String> all, Map<String, String> own) {
        Map<String, String> both = new TreeMap<>(all);
        both.putAll(own);
        return both;
    }

    /** Ends capture, then streams and the sink. Gives the number of entries committed to Kafka. */
    long stop() {
        close();
        return agent.progress().values().stream().mapToLong(TailProgress::entries).sum();
    }

    /** What streams tells by now; empty while it knows nothing. */
    Optional<LiveTimes> live() {
        return streams.views().current().map(LiveTimes::of);
    }

    /**
     * Waits until the bucket holds every replica set's entries up to {@code time}, and the timeline
     * up to there.
     *
     * @param meanwhile run again and again
     */
    void awaitArchived(ObjectStore bucket, ClusterTime time, int replicaSets, Runnable meanwhile)
            throws InterruptedException {
        Catalogue catalogue = new Catalogue(bucket, cluster);
        TimelineLookup timeline = new TimelineLookup(bucket, FrameKeys.NONE, cluster);
        await(time, meanwhile, () -> reaches(catalogue, time, replicaSets));
        await(time, meanwhile, () -> live().filter(l -> l.reaches(time)).isPresent());
        await(
                time,
                meanwhile,
                () -> timeline.stored().filter(t -> !t.watermark().isBefore(time)).isPresent());
    }

    private void await(ClusterTime time, Runnable meanwhile, BooleanSupplier reached)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!reached.getAsBoolean()) {
            for (CompletableFuture<?> service :
                    List.of(agent.ended(), streams.ended(), archiving)) {
                if (service.isDone()) {
                    service.join();
                }
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
        streams.close();
        sink.stop();
        archiving.exceptionally(failed -> null).join();
        sink.close();
    }
}
