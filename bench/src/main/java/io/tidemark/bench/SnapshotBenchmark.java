package io.tidemark.bench;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.capture.snapshot.ReplicaSetSnapshot;
import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.snapshot.SnapshotShare;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Replica set to base. Ceiling: finding the same documents over as many connections, compressing
 * and putting them. And what a scan with a limit costs the source's writers: writes of one client
 * meanwhile, beside its writes alone.
 */
final class SnapshotBenchmark implements Benchmark {
    private static final String OURS = "snapshot";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far under what a scan reaches, as an operator would set it beside a busy source. */
    private static final long LIMIT_BYTES_PER_SECOND = 16L << 20;

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
            Measured scan = Measured.of(rates, OURS, workload.entries(), bytes).in("documents/s");
            return scan.with(mixes(scan, writes(source, store, notes)));
        }
    }

    private static Map<String, Measured> mixes(Measured scan, Measured writes) {
        Map<String, Measured> mixes = new LinkedHashMap<>();
        mixes.put("scan", scan);
        mixes.put("writes of one client beside a scan of 16 MiB/s", writes);
        return mixes;
    }

    private static double rate(SourceData source, ObjectStore store, String id, int documents)
            throws Exception {
        return Stopwatch.perSecond(
                documents, () -> take(source, store, id, SnapshotSettings.DEFAULTS));
    }

    private static Measured writes(SourceData source, ObjectStore store, Notes notes)
            throws Exception {
        WritesMeanwhile writes = new WritesMeanwhile(source);
        SnapshotSettings limited = SnapshotSettings.DEFAULTS.limitedTo(LIMIT_BYTES_PER_SECOND);
        Map<String, Double> rates =
                new Rounds(notes)
                        .add("writesAlone", i -> writes.alone())
                        .add(
                                "writesBesideScan",
                                i -> writes.beside(() -> take(source, store, "slow" + i, limited)))
                        .run();
        double beside = rates.remove("writesBesideScan");
        return new Measured(
                beside,
                rates,
                "writes/s",
                writes.count(),
                0,
                Map.of(),
                Map.of(),
                OptionalLong.empty(),
                Map.of());
    }

    private static Void take(
            SourceData source, ObjectStore store, String id, SnapshotSettings settings)
            throws InterruptedException {
        MongoAccess access = new MongoAccess(new ConnectionString(source.uri()), TIMEOUT);
        SnapshotBucket bucket = new SnapshotBucket(store, FrameOptions.defaults(), settings);
        try (SnapshotSource member =
                new MongoSnapshotMembers(access)
                        .open(source.member(), settings.threads(), bucket.batchBytes())) {
            BasePlace place =
                    new BasePlace(
                            new ClusterName("bench"),
                            member.incarnation(),
                            id,
                            new ReplicaSet("bench"));
            SnapshotShare share =
                    new SnapshotShare(
                            place,
                            ReplicaSetRole.shard("bench"),
                            Optional.empty(),
                            1,
                            () -> {},
                            SnapshotShare.Progress.NONE);
            new ReplicaSetSnapshot(member, bucket, share).run();
        }
        return null;
    }
}
