package io.tidemark.cli.drill;

import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.storage.drill.PhaseCourse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A restore that was made to be looked at.
 *
 * @param problems what is wrong with it, by the restore and by whoever looked; empty if nothing is
 * @param phases how each phase went
 */
public record Rehearsal(
        RestoreReport report, List<String> problems, Map<String, PhaseCourse> phases) {
    public Rehearsal {
        problems = List.copyOf(problems);
    }

    /**
     * Restores, and counts what the targets hold then.
     *
     * @param request with its targets
     * @param clock that measures planning already
     */
    public static Rehearsal run(
            RestoreRequest request, PreparedRestore prepared, PhaseClock clock) {
        RestoreReport report = restore(request, prepared, clock);
        List<String> problems = new ArrayList<>(report.problems());
        ScratchTargets targets = new ScratchTargets(request.targets(), prepared.plan());
        problems.addAll(targets.differences(report));
        return new Rehearsal(report, problems, clock.phases());
    }

    private static RestoreReport restore(
            RestoreRequest request, PreparedRestore prepared, PhaseClock clock) {
        try {
            return Restore.run(request, prepared, clock);
        } catch (RestoreException.VerificationFailed different) {
            clock.phase(io.tidemark.restore.RestoreProgress.Phase.DONE);
            return different.report();
        }
    }

    /** In all. */
    public Duration took() {
        return phases.values().stream()
                .map(PhaseCourse::took)
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** That the targets hold. */
    public long documents() {
        return report.replicaSets().values().stream()
                .flatMap(set -> set.collections().values().stream())
                .mapToLong(CollectionReport::documents)
                .sum();
    }
}
