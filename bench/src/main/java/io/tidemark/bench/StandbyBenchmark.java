package io.tidemark.bench;

import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Standby;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How fast a standby catches up with an archive that is far ahead, beside a restore of the same
 * entries, and how much heap that takes.
 */
final class StandbyBenchmark {
    /** Of the oplog is applied before the clock starts. */
    private static final int BEFORE = 10;

    private final Optional<String> target;
    private final ReplayMix mix;

    /**
     * @param target a server to measure with; empty for simulated ones in this process
     */
    StandbyBenchmark(Optional<String> target, ReplayMix mix) {
        this.target = target;
        this.mix = mix;
    }

    Figures run(Workload workload, Path folder, Benchmark.Notes notes) throws Exception {
        String bucket = "file:" + folder.resolve("bucket");
        List<OplogEntry> oplog = mix.oplog(workload);
        ClusterTime begin = oplog.get(oplog.size() / BEFORE).clusterTime();
        ClusterTime end = oplog.get(oplog.size() - 1).clusterTime();
        Duration behind = Duration.ofSeconds(end.seconds() - begin.seconds());
        long followed =
                oplog.stream().filter(e -> e.clusterTime().isAfter(behind(end, behind))).count();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("entries", (double) oplog.size());
        figures.put("entriesFollowed", (double) followed);
        try (ObjectStore store = BucketUri.parse(bucket).open()) {
            RestoreBenchmark.archive(store, oplog);
            Map<String, Double> rates =
                    new Rounds(notes)
                            .add("followedPerSecond", i -> followed(store, behind, followed))
                            .add("restoredPerSecond", i -> restored(store, end, oplog.size()))
                            .run();
            figures.putAll(rates);
            figures.put(
                    "followedOfRestored",
                    rates.get("followedPerSecond") / rates.get("restoredPerSecond"));
        }
        notes.say("Following with " + HeapProbe.HEAP + " …");
        try (BenchTarget into = BenchTarget.empty(target)) {
            figures.put("heapPeakBytes", (double) HeapProbe.follow(bucket, behind, into.uri()));
        }
        return new Figures(figures);
    }

    private static ClusterTime behind(ClusterTime end, Duration delay) {
        return new ClusterTime(end.seconds() - delay.toSeconds(), end.increment());
    }

    private double followed(ObjectStore store, Duration behind, long entries) throws Exception {
        try (BenchTarget into = BenchTarget.empty(target)) {
            follow(store, into.uri(), behind);
            return Stopwatch.perSecond(entries, () -> follow(store, into.uri(), Duration.ZERO));
        }
    }

    private double restored(ObjectStore store, ClusterTime to, long entries) throws Exception {
        try (BenchTarget into = BenchTarget.empty(target)) {
            RestoreRequest request = request(store, to, into.uri());
            return Stopwatch.perSecond(
                    entries, () -> Restore.run(request, RestoreProgress.silent()));
        }
    }

    /** Until there is nothing more to apply so far behind. */
    static FollowStatus follow(ObjectStore store, String target, Duration behind) {
        FollowWatch watch =
                new FollowWatch() {
                    private volatile boolean stopped;

                    @Override
                    public boolean isStopped() {
                        return stopped;
                    }

                    @Override
                    public void reached(FollowStatus status) {
                        // The end is what counts.
                    }

                    @Override
                    public void pause(Duration atMost) {
                        stopped = true;
                    }
                };
        return Standby.follow(
                request(store, ClusterTime.ZERO, target),
                new FollowOptions(behind, 0, Duration.ofSeconds(5)),
                OplogTail.NONE,
                RestoreProgress.silent(),
                watch);
    }

    private static RestoreRequest request(ObjectStore store, ClusterTime to, String target) {
        return new RestoreRequest(
                store,
                FrameKeys.NONE,
                RestoreBenchmark.CLUSTER,
                to,
                Map.of(RestoreBenchmark.SET, target),
                RestoreOptions.defaults());
    }
}
