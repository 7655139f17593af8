package io.tidemark.cli.verify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.Progress;
import io.tidemark.cli.drill.EmbeddedTargets;
import io.tidemark.cli.drill.PhaseClock;
import io.tidemark.cli.drill.Rehearsal;
import io.tidemark.cli.restore.ShownProgress;
import io.tidemark.cli.timeline.KnownTimeline;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestorePreview;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.window.Policy;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/**
 * Replays the archive to its latest safe time, or to another, into embedded servers: updates that
 * don't fit what they are applied to, indexes that can't be built and documents that get lost show
 * in no checksum.
 */
final class DeepCheck {
    private final Context context;
    private final ArchiveOptions archive;
    private final ObjectStore store;
    private final PrintStream words;

    DeepCheck(Context context, ArchiveOptions archive, ObjectStore store, PrintStream words) {
        this.context = context;
        this.archive = archive;
        this.store = store;
        this.words = words;
    }

    /** Empty if no time of the archive is safe. */
    Optional<Rehearsal> run(Optional<ClusterTime> to) {
        ClusterTimeline timeline = new KnownTimeline(context, archive, store).findWindows();
        return to.or(() -> timeline.windows(Policy.EXACT).before(ClusterTime.MAX))
                .map(time -> replay(time, timeline));
    }

    private Rehearsal replay(ClusterTime to, ClusterTimeline timeline) {
        long begun = System.nanoTime();
        RestoreRequest planned = request(to, Map.of());
        PreparedRestore prepared = Restore.prepare(planned, timeline);
        RestorePreview preview = Restore.preview(planned, prepared, begun);
        try (EmbeddedTargets targets = EmbeddedTargets.start(store, prepared.plan(), preview);
                Progress progress = Progress.of(context.console(), "replay")) {
            PhaseClock clock = new PhaseClock(new ShownProgress(words, progress), System::nanoTime);
            return Rehearsal.run(request(to, targets.uris()), prepared, clock);
        }
    }

    private RestoreRequest request(ClusterTime to, Map<String, String> targets) {
        return new RestoreRequest(
                store,
                archive.keys(),
                archive.cluster(),
                to,
                targets,
                RestoreOptions.defaults(),
                new Safety(Policy.EXACT, false));
    }

    static void words(Rehearsal deep, PrintStream out) {
        out.printf("Replayed to %s:%n", deep.report().restoredTo());
        deep.report()
                .replicaSets()
                .forEach(
                        (name, set) ->
                                set.collections()
                                        .forEach(
                                                (ns, told) ->
                                                        out.printf(
                                                                "  %-12s %-40s %,10d  %s%n",
                                                                name,
                                                                ns,
                                                                told.documents(),
                                                                told.hash())));
        deep.problems().forEach(problem -> out.println("  DIFFERENT: " + problem));
    }

    static ObjectNode json(Rehearsal deep) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("restoredTo", deep.report().restoredTo())
                        .put("verified", deep.problems().isEmpty())
                        .put("seconds", deep.took().toMillis() / 1e3);
        ObjectNode sets = json.putObject("replicaSets");
        deep.report()
                .replicaSets()
                .forEach(
                        (name, set) -> {
                            ObjectNode one =
                                    sets.putObject(name)
                                            .put("entriesRead", set.entriesRead())
                                            .put("entriesApplied", set.entriesApplied());
                            ObjectNode collections = one.putObject("collections");
                            set.collections()
                                    .forEach((ns, told) -> put(collections.putObject(ns), told));
                        });
        ArrayNode problems = json.putArray("problems");
        deep.problems().forEach(problems::add);
        return json;
    }

    private static void put(ObjectNode json, CollectionReport told) {
        json.put("documents", told.documents()).put("hash", told.hash());
    }
}
