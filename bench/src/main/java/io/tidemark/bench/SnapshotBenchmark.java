package io.tidemark.bench;

import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.snapshot.SnapshotShare;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.util.Map;

/**
 * Replica set to base. Ceiling: finding the same documents over as many connections, compressing
 * and putting them.
 */
final class SnapshotBenchmark implements Benchmark {
    private static final String OURS = "snapshot";

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        notes.say("Writing " + workload.entries() + " documents into a simulated replica set …");
        try (SourceData source = SourceData.write(workload);
                EmbeddedS3 s3 = S3.start(folder);
                ObjectStore store = BucketUri.parse(S3.bucket(s3, "bases")).open()) {
            SnapshotSettings settings = SnapshotSettings.DEFAULTS;
            RawSnapshot raw = new RawSnapshot(source, workload.entries(), settings.threads());
            long bytes = raw.bytes();
            Map<String, Double> rates =
                    Rounds.untilSteady(notes)
                            .add("rawFindZstdPut", i -> raw.findCompressPut(store, "raw" + i))
                            .add(OURS, i -> rate(source, store, OURS + i, workload.entries()))
                            .run();
            return Measured.of(rates, OURS, workload.entries(), bytes).in("documents/s");
        }
    }

    private static double rate(SourceData source, ObjectStore store, String id, int documents)
            throws Exception {
        SnapshotBucket bucket =
                new SnapshotBucket(store, FrameOptions.defaults(), SnapshotSettings.DEFAULTS);
        return Stopwatch.perSecond(
                documents,
                () -> {
                    TakenSnapshot.take(
                            source.uri(), source.member(), bucket, id, SnapshotShare.Progress.NONE);
                    return null;
                });
    }
}
