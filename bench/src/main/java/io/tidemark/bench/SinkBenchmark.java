package io.tidemark.bench;

import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.sink.Sink;
import io.tidemark.sink.SinkConfig;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Kafka to bucket. Ceilings: consuming the same topic and dropping the records, compressing their
 * bytes, putting objects of a slice's size, and the three one after the other in one thread.
 */
final class SinkBenchmark implements Benchmark {
    private static final String OURS = "sink";

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        notes.say("Writing " + workload.entries() + " records into Kafka …");
        try (SourceData source = SourceData.write(workload);
                Pipe pipe = new Pipe(folder);
                EmbeddedS3 s3 = S3.start(folder)) {
            List<OplogEntry> entries = source.entries();
            long bytes = entries.stream().mapToLong(e -> e.raw().sizeBytes()).sum();
            String topic = Pipe.oplogTopic("bench");
            pipe.createTopic(topic);
            pipe.send(pipe.wholeTopic(topic, entries));
            RawArchiving raw = new RawArchiving(pipe, topic, entries.size() + 2L);
            try (ObjectStore store = BucketUri.parse(S3.bucket(s3, "raw")).open()) {
                List<byte[]> objects = raw.compressed();
                Map<String, Double> rates =
                        new Rounds(notes)
                                .add("rawConsume", i -> raw.consume())
                                .add(
                                        "rawConsumeZstdPut",
                                        i -> raw.consumeCompressPut(store, "all" + i))
                                .add("rawPut", i -> rawPut(store, "put" + i, objects, raw))
                                .add(OURS, i -> archive(pipe, S3.bucket(s3, OURS + i), entries))
                                .run();
                return Measured.of(rates, OURS, entries.size(), bytes);
            }
        }
    }

    private static double rawPut(
            ObjectStore store, String prefix, List<byte[]> objects, RawArchiving raw)
            throws Exception {
        return Stopwatch.perSecond(
                raw.records(),
                () -> {
                    for (int n = 0; n < objects.size(); n++) {
                        store.put(prefix + "/" + n, Body.of(objects.get(n)));
                    }
                    return null;
                });
    }

    /** From the first records taken to the last slice put: joining the group is not throughput. */
    private static double archive(Pipe pipe, String bucket, List<OplogEntry> entries)
            throws Exception {
        SinkConfig config =
                SinkConfig.of(
                        Map.of(
                                "cluster",
                                "bench",
                                "bucket",
                                bucket,
                                "kafka.bootstrap.servers",
                                pipe.servers(),
                                "registry.urls",
                                pipe.registryUrl(),
                                "slice.max.time",
                                "1h"));
        SinkWatch watch = new SinkWatch(entries.get(entries.size() - 1).clusterTime());
        try (Sink sink = Sink.of(config, watch)) {
            CompletableFuture<Void> run = CompletableFuture.runAsync(sink::run);
            watch.reached().applyToEither(run, done -> done).get(10, TimeUnit.MINUTES);
            sink.stop();
            run.join();
        }
        return watch.perSecond(entries.size());
    }
}
