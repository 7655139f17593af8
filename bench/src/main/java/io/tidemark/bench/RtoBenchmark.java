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
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well a plan tells what its restore takes: a drill to half of an archive, then a plan for the
 * whole of it and its restore. Everything runs in this process, which has restored once before, as
 * the first one takes longer.
 */
final class RtoBenchmark {
    private final ReplayMix mix;

    RtoBenchmark(ReplayMix mix) {
        this.mix = mix;
    }

    Figures run(Workload workload, Path folder, Benchmark.Notes notes) {
        List<OplogEntry> oplog = mix.oplog(workload);
        ClusterTime half = oplog.get(oplog.size() / 2).clusterTime();
        ClusterTime end = oplog.get(oplog.size() - 1).clusterTime();
        try (ObjectStore store = new FileObjectStore(folder.resolve("bucket"))) {
            RestoreBenchmark.archive(store, oplog);
            notes.say("Warming up …");
            run(store, half);
            notes.say("Drilling to the half …");
            drill(store, half).putTo(store);
            RestorePreview preview = preview(store, end);
            notes.say("Restoring the whole …");
            Rehearsal whole = run(store, end);
            double told = preview.estimate().total().toMillis() / 1e3;
            double took = whole.took().toMillis() / 1e3;
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("entriesTold", (double) preview.amounts().entries());
            figures.put("entries", (double) oplog.size());
            figures.put("secondsTold", told);
            figures.put("secondsTaken", took);
            figures.put("toldByTaken", told / took);
            whole.phases()
                    .forEach((phase, time) -> figures.put("taken." + phase, time.toMillis() / 1e3));
            preview.estimate()
                    .phases()
                    .forEach(
                            (phase, time) ->
                                    figures.put(
                                            "told."
                                                    + phase.name()
                                                            .toLowerCase(java.util.Locale.ROOT),
                                            time.toMillis() / 1e3));
            return new Figures(figures);
        }
    }

    private static DrillResult drill(ObjectStore store, ClusterTime to) {
        Instant started = Instant.now();
        RestorePreview preview = preview(store, to);
        Rehearsal rehearsal = run(store, to);
        return new DrillResult(
                new ObjectKey.OfDrill(RestoreBenchmark.CLUSTER, started),
                to,
                "exact",
                "embedded",
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
