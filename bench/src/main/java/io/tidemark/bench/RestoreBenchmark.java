package io.tidemark.bench;

import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Bucket to server: a replica set restored from its first entry on, with all that a restore does
 * before and after replay (objects checked, documents read back), for several kinds of oplogs; and
 * the replay in it alone, which is what ceiling and peer do. Ceiling: the same writes, as whole
 * documents, to the same kind of server by unordered bulk writes over as many connections. Peer:
 * the same writes one by one.
 */
final class RestoreBenchmark implements Benchmark {
    static final ClusterName CLUSTER = new ClusterName("bench");
    static final String SET = "bench";

    private static final String OURS = "restore";
    private static final String CEILING = "rawBulkWrites";
    private static final String PEER = "serialReplay";
    private static final String REPLAY = "replay";
    private static final int SERIAL_WRITES = 10_000;
    private static final long SLICE_BYTES = 32L << 20;

    private final Optional<String> target;
    private final List<ReplayMix> mixes;

    /**
     * @param target a server to measure with; empty for simulated ones in this process
     * @param mixes what to measure; the last one stands for all
     */
    RestoreBenchmark(Optional<String> target, List<ReplayMix> mixes) {
        this.target = target;
        this.mixes = List.copyOf(mixes);
    }

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        Map<String, Measured> measured = new LinkedHashMap<>();
        Measured last = null;
        for (ReplayMix mix : mixes) {
            String name = mix.toString();
            notes.say("Archiving " + workload.entries() + " operations: " + name + " …");
            last = run(mix, workload, "file:" + folder.resolve(name), notes);
            measured.put(name, last);
        }
        return last.with(measured);
    }

    private Measured run(ReplayMix mix, Workload workload, String bucket, Notes notes)
            throws Exception {
        List<OplogEntry> oplog = mix.oplog(workload);
        List<ReplayedWrites.Write> writes = ReplayedWrites.of(oplog);
        List<ReplayedWrites.Write> some = writes.subList(0, Math.min(SERIAL_WRITES, writes.size()));
        long bytes = oplog.stream().mapToLong(e -> e.raw().sizeBytes()).sum();
        RestoreOptions options = options(mix);
        try (ObjectStore store = BucketUri.parse(bucket).open()) {
            archive(store, oplog);
            ClusterTime end = oplog.get(oplog.size() - 1).clusterTime();
            ArchivedRestore restore = new ArchivedRestore(store, end, options, writes.size());
            Map<String, Double> rates =
                    Rounds.untilSteady(notes)
                            .add(
                                    CEILING,
                                    i -> into(t -> RawWrites.bulks(t, writes, options.writers())))
                            .add(OURS, i -> into(restore::run))
                            .run();
            Map<String, Double> peer =
                    new Rounds(notes).add(PEER, i -> into(t -> RawWrites.serial(t, some))).run();
            long heap = (long) into(t -> HeapProbe.run(bucket, end, t));
            return Measured.of(rates, OURS, oplog.size(), bytes)
                    .in("operations/s")
                    .withParts(Map.of(REPLAY, restore.bestReplay))
                    .beside(peer, OptionalLong.of(heap));
        }
    }

    private interface Work {
        double run(String target) throws Exception;
    }

    private double into(Work work) throws Exception {
        try (BenchTarget into = BenchTarget.empty(target)) {
            return work.run(into.uri());
        }
    }

    private static RestoreOptions options(ReplayMix mix) {
        RestoreOptions usual = RestoreOptions.defaults();
        return mix.isCached()
                ? usual
                : new RestoreOptions(
                        usual.batchOperations(),
                        usual.batchBytes(),
                        0,
                        usual.transactionBytes(),
                        usual.writers(),
                        usual.rememberedDocuments());
    }

    static void archive(ObjectStore store, List<OplogEntry> entries) {
        SliceStart start =
                new SliceStart(
                        CLUSTER,
                        Incarnation.UNKNOWN,
                        new ReplicaSet(SET),
                        Optional.empty(),
                        ClusterTime.ZERO,
                        List.of());
        int next = 0;
        while (next < entries.size()) {
            try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
                while (next < entries.size() && writer.rawBytes() < SLICE_BYTES) {
                    writer.add(entries.get(next++));
                }
                try (SealedSlice slice = writer.seal()) {
                    slice.putTo(store);
                    start = SliceStart.behind(slice.header());
                }
            }
        }
    }

    /** The archive restored again and again, into another target each time. */
    private static final class ArchivedRestore {
        private final ObjectStore store;
        private final ClusterTime to;
        private final RestoreOptions options;
        private final long writes;

        /** Of all runs, and of the phase alone: writes per second. */
        private double bestReplay;

        ArchivedRestore(ObjectStore store, ClusterTime to, RestoreOptions options, long writes) {
            this.store = store;
            this.to = to;
            this.options = options;
            this.writes = writes;
        }

        double run(String target) throws Exception {
            RestoreRequest request =
                    new RestoreRequest(
                            store, FrameKeys.NONE, CLUSTER, to, Map.of(SET, target), options);
            PhaseClock clock = new PhaseClock();
            double rate = Stopwatch.perSecond(writes, () -> Restore.run(request, clock));
            double seconds = clock.seconds(RestoreProgress.Phase.REPLAY);
            bestReplay = Math.max(bestReplay, writes / seconds);
            return rate;
        }
    }
}
