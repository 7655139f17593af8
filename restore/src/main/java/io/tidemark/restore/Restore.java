package io.tidemark.restore;

import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.external.HeldBases;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.MissingKeyException;
import io.tidemark.storage.object.UnreachableException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The way of a restore: plan, guard, check, base, replay, decide, orphans, indexes, identity,
 * verify.
 */
public final class Restore {
    private Restore() {}

    /**
     * Decides what the restore would read, and whether its time is safe; opens no target but those
     * that hold the base.
     *
     * @throws RestoreException with the reason if the time can't be restored
     */
    public static PreparedRestore prepare(RestoreRequest request) {
        return prepare(request, MongoTarget::new);
    }

    private static PreparedRestore prepare(
            RestoreRequest request, RestoreTarget.Connector connector) {
        ArchiveFacts archive = reading(() -> facts(request));
        return prepare(request, archive, timeline(request, archive), connector);
    }

    /** As above, by a timeline that is known already. */
    public static PreparedRestore prepare(RestoreRequest request, ClusterTimeline timeline) {
        ArchiveFacts archive = reading(() -> facts(request));
        return prepare(request, archive, timeline, MongoTarget::new);
    }

    private static ArchiveFacts facts(RestoreRequest request) {
        return new BucketFacts(
                request.bucket(), new Catalogue(request.bucket(), request.cluster()));
    }

    private static PreparedRestore prepare(
            RestoreRequest request,
            ArchiveFacts archive,
            ClusterTimeline timeline,
            RestoreTarget.Connector connector) {
        return reading(
                () -> {
                    if (request.external().isEmpty()) {
                        return prepare(request, timeline, archive, Map.of());
                    }
                    if (request.isMerged()) {
                        throw new RestoreException.TargetRefused(
                                "A base that lies in the targets lies in one target for each"
                                        + " replica set: name them by --target RS=URI. Nothing was"
                                        + " written.");
                    }
                    Map<ReplicaSet, HeldBase> held =
                            HeldBases.find(request, request.external().get(), archive, connector);
                    return prepare(
                            request,
                            HeldBases.timeline(request, archive, held),
                            HeldBases.facts(archive, held),
                            held);
                });
    }

    private static PreparedRestore prepare(
            RestoreRequest request,
            ClusterTimeline timeline,
            ArchiveFacts archive,
            Map<ReplicaSet, HeldBase> held) {
        TimeGuard guard = new TimeGuard(timeline, request.safety());
        RestorePlan plan = RestorePlan.choose(request.to(), archive, Optional.of(guard));
        return new PreparedRestore(plan, timeline.origin(), guard.check(plan), held);
    }

    /**
     * How much a prepared restore has to do, how long it will take, and which transactions are open
     * at its time; opens no target.
     *
     * @param begunNanos when planning began, by {@link System#nanoTime}: a restore plans as long
     * @throws RestoreException.ArchiveDamaged if what it must know of the archive is damaged
     */
    public static RestorePreview preview(
            RestoreRequest request, PreparedRestore prepared, long begunNanos) {
        return reading(() -> new Previewing(request, prepared, begunNanos).run());
    }

    private static ClusterTimeline timeline(RestoreRequest request, ArchiveFacts archive) {
        return reading(
                () ->
                        new TimelineLookup(request.bucket(), request.keys(), request.cluster())
                                .knowing(archive)
                                .findWindows(entries -> {}));
    }

    /**
     * Restores. What is refused before the first write leaves the targets as they were; what fails
     * later, or is cut off, leaves a mark in them, so that nothing half done looks whole. Asked for
     * the same again, the restore goes on from its last checkpoint.
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
        return run(request, prepare(request, connector), progress, connector);
    }

    /**
     * Says what the restore would find in its targets, and why it would refuse them; writes
     * nothing.
     */
    public static List<TargetOutlook> look(RestoreRequest request, PreparedRestore prepared) {
        return reading(
                () -> {
                    RestoreProgress nobody = RestoreProgress.silent();
                    try (RestoreRun run = new RestoreRun(request, prepared, nobody)) {
                        return run.look(MongoTarget::new);
                    }
                });
    }

    /** As above, what was prepared for the request. */
    public static RestoreReport run(
            RestoreRequest request, PreparedRestore prepared, RestoreProgress progress) {
        return run(request, prepared, progress, MongoTarget::new);
    }

    static RestoreReport run(
            RestoreRequest request,
            PreparedRestore prepared,
            RestoreProgress progress,
            RestoreTarget.Connector connector) {
        return reading(
                () -> {
                    try (RestoreRun run = new RestoreRun(request, prepared, progress)) {
                        return run(run, connector, progress);
                    }
                });
    }

    private static RestoreReport run(
            RestoreRun run, RestoreTarget.Connector connector, RestoreProgress progress) {
        run.guard(connector);
        Optional<RestoreReport> before = run.doneBefore();
        if (before.isPresent()) {
            run.finishEarlier();
            progress.phase(RestoreProgress.Phase.DONE);
            return before.get();
        }
        run.checkObjects();
        run.requireDecided();
        RestoreReport report = midway(() -> written(run));
        progress.phase(RestoreProgress.Phase.DONE);
        return report;
    }

    private static RestoreReport written(RestoreRun run) {
        run.mark();
        run.loadBases();
        run.replay();
        run.decide();
        run.removeOrphans();
        run.finishCollections();
        run.writeMetadata();
        RestoreReport report = run.verify();
        if (!report.verified()) {
            run.giveUp();
            throw new RestoreException.VerificationFailed(
                    "The restore to "
                            + report.restoredTo()
                            + " is done, but must not be trusted: "
                            + String.join(" ", report.problems())
                            + (run.leavesMark()
                                    ? " The mark of an unfinished restore stays in the targets."
                                    : ""),
                    report);
        }
        run.unmark(report);
        return report;
    }

    /** Work that writes: what ends it says so. */
    static <T> T midway(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnreachableException bucket) {
            throw new RestoreException.Unreachable(bucket.getMessage(), bucket).midway();
        } catch (RestoreException e) {
            throw e.midway();
        }
    }

    static <T> T reading(Supplier<T> work) {
        try {
            return work.get();
        } catch (MissingKeyException keysOfTheCaller) {
            throw keysOfTheCaller;
        } catch (DamagedObjectException e) {
            throw new RestoreException.ArchiveDamaged(e.getMessage(), e);
        } catch (UnreachableException e) {
            throw new RestoreException.Unreachable(e.getMessage(), e);
        }
    }
}
