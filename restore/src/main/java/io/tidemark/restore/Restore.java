package io.tidemark.restore;

import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.UnreachableException;
import java.util.function.Supplier;

/**
 * The way of a restore: plan, guard, check, base, replay, decide, orphans, indexes, identity,
 * verify.
 */
public final class Restore {
    private Restore() {}

    /**
     * Decides what the restore would read; opens no target.
     *
     * @throws RestoreException with the reason if the time can't be restored
     */
    public static RestorePlan plan(RestoreRequest request) {
        return reading(
                () -> {
                    Catalogue catalogue = new Catalogue(request.bucket(), request.cluster());
                    return RestorePlan.choose(
                            request.to(), new BucketFacts(request.bucket(), catalogue));
                });
    }

    /**
     * Restores. What is refused before the first write leaves the targets as they were; what fails
     * later leaves a mark in them, so that nothing half done looks whole.
     *
     * @return the report of a restore that verification confirmed
     * @throws RestoreException with the reason; {@link RestoreException.VerificationFailed} carries
     *     the report
     */
    public static RestoreReport run(RestoreRequest request, RestoreProgress progress) {
        return run(request, progress, MongoTarget::new);
    }

    /**
     * As above, into targets of any kind.
     *
     * @param connector opens the targets by their connection strings
     */
    public static RestoreReport run(
            RestoreRequest request, RestoreProgress progress, RestoreTarget.Connector connector) {
        progress.phase(RestoreProgress.Phase.PLAN);
        RestorePlan plan = plan(request);
        return reading(
                () -> {
                    try (RestoreRun run = new RestoreRun(request, plan, progress)) {
                        return run(run, connector, progress);
                    }
                });
    }

    private static RestoreReport run(
            RestoreRun run, RestoreTarget.Connector connector, RestoreProgress progress) {
        run.guard(connector);
        run.checkObjects();
        run.mark();
        run.loadBases();
        run.replay();
        run.decide();
        run.removeOrphans();
        run.finishCollections();
        run.writeMetadata();
        RestoreReport report = run.verify();
        if (!report.verified()) {
            throw new RestoreException.VerificationFailed(
                    "The restore to "
                            + report.restoredTo()
                            + " is done, but must not be trusted: "
                            + String.join(" ", report.problems())
                            + " The mark of an unfinished restore stays in the targets.",
                    report);
        }
        run.unmark();
        progress.phase(RestoreProgress.Phase.DONE);
        return report;
    }

    private static <T> T reading(Supplier<T> work) {
        try {
            return work.get();
        } catch (DamagedObjectException e) {
            throw new RestoreException.ArchiveDamaged(e.getMessage(), e);
        } catch (UnreachableException e) {
            throw new RestoreException.Unreachable(e.getMessage(), e);
        }
    }
}
