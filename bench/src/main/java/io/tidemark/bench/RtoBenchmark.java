package io.tidemark.bench;

import io.tidemark.cli.drill.EmbeddedTargets;
import io.tidemark.cli.drill.PhaseClock;
import io.tidemark.cli.drill.Rehearsal;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.estimate.RestoreEstimate;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.RestoreAmounts;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How well a plan tells what its restore takes: drills to an eighth and to half of an archive, then
 * restores to other parts of it, each beside what plans tell by one of the drills, and by both.
 * Everything runs in this process, which has restored once before, as the first one takes longer.
 */
final class RtoBenchmark {
    private static final Map<String, Double> SIZES =
            new TreeMap<>(Map.of("quarter", 0.25, "threeQuarters", 0.75, "whole", 1.0));

    private final ReplayMix mix;

    RtoBenchmark(ReplayMix mix) {
        this.mix = mix;
    }

    Figures run(Workload workload, Path folder, Benchmark.Notes notes) {
        List<OplogEntry> oplog = mix.oplog(workload);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("entries", (double) oplog.size());
        try (ObjectStore store = new FileObjectStore(folder.resolve("bucket"))) {
            RestoreBenchmark.archive(store, oplog);
            notes.say("Warming up …");
            run(store, part(oplog, 0.5));
            notes.say("Drilling to an eighth and to the half …");
            DrillResult small = drill(store, part(oplog, 0.125));
            DrillResult half = drill(store, part(oplog, 0.5));
            SIZES.forEach(
                    (name, share) -> {
                        notes.say("Restoring the " + name + " …");
                        ClusterTime to = part(oplog, share);
                        RestoreAmounts amounts = preview(store, to).amounts();
                        double took = seconds(run(store, to).took());
                        double byOne = told(amounts, List.of(half));
                        double byBoth = told(amounts, List.of(half, small));
                        figures.put("secondsTaken." + name, took);
                        figures.put("secondsTold." + name, byBoth);
                        figures.put("toldByTaken." + name, byBoth / took);
                        figures.put("toldByTakenWithOneDrill." + name, byOne / took);
                    });
            return new Figures(figures);
        }
    }

    private static ClusterTime part(List<OplogEntry> oplog, double share) {
        return oplog.get((int) Math.round(share * oplog.size()) - 1).clusterTime();
    }

    private static double told(RestoreAmounts amounts, List<DrillResult> drills) {
        return seconds(RestoreEstimate.of(amounts, drills).total());
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }

    private static DrillResult drill(ObjectStore store, ClusterTime to) {
        Instant started = Instant.now();
        RestorePreview preview = preview(store, to);
        Rehearsal rehearsal = run(store, to);
        return new DrillResult(
                new ObjectKey.OfDrill(RestoreBenchmark.CLUSTER, started),
                to,
                "exact",
                DrillResult.EMBEDDED,
                rehearsal.problems(),
                rehearsal.took(),
                rehearsal.phases(),
                preview.amounts(),
                rehearsal.documents(),
                0,
                0);
    }

    private static RestorePreview preview(ObjectStore store, ClusterTime to) {
        RestoreRequest request = request(store, to, Map.of());
        return Restore.preview(request, Restore.prepare(request));
    }

    private static Rehearsal run(ObjectStore store, ClusterTime to) {
        PhaseClock clock = new PhaseClock(RestoreProgress.silent(), System::nanoTime);
        RestoreRequest planned = request(store, to, Map.of());
        PreparedRestore prepared = Restore.prepare(planned);
        try (EmbeddedTargets targets =
                EmbeddedTargets.start(store, prepared.plan(), Restore.preview(planned, prepared))) {
            return Rehearsal.run(request(store, to, targets.uris()), prepared, clock);
        }
    }

    private static RestoreRequest request(
            ObjectStore store, ClusterTime to, Map<String, String> targets) {
        return new RestoreRequest(
                store,
                FrameKeys.NONE,
                RestoreBenchmark.CLUSTER,
                to,
                targets,
                RestoreOptions.defaults());
    }
}
