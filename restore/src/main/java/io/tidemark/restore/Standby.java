package io.tidemark.restore;

import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import java.time.Clock;

/**
 * A restore that goes on: a base, then what its source writes, in rounds to a common cluster time
 * of all replica sets, until it is promoted to some later time. Nothing of an entry behind that
 * time is in any target then, so the promotion ends as a restore to it does.
 */
public final class Standby {
    private Standby() {}

    /**
     * Follows until the watch says to stop. Begins with a base, or goes on where the targets stand.
     * Once this has returned or thrown, the same can be called again, or the standby be promoted.
     *
     * @param request its time is of no interest
     * @return how far it came
     * @throws RestoreException with the reason why it can't begin, or can't go on any more
     */
    public static FollowStatus follow(
            RestoreRequest request,
            FollowOptions options,
            OplogTail tail,
            RestoreProgress progress,
            FollowWatch watch) {
        return follow(request, options, tail, progress, watch, MongoTarget::new);
    }

    /** As above, into targets of any kind. */
    public static FollowStatus follow(
            RestoreRequest request,
            FollowOptions options,
            OplogTail tail,
            RestoreProgress progress,
            FollowWatch watch,
            RestoreTarget.Connector connector) {
        return Restore.reading(
                () -> {
                    StandbyPlanning planning = new StandbyPlanning(request);
                    StandbyMarks marks = planning.marks(connector);
                    PreparedRestore prepared =
                            marks.isBegun()
                                    ? planning.goOn(marks, options.delay())
                                    : planning.begin(options.delay());
                    RestoreRequest now = request.at(prepared.plan().to());
                    StoppableProgress stoppable = new StoppableProgress(progress, watch);
                    try (RestoreRun run = new RestoreRun(now, prepared, stoppable);
                            StandbyHold hold = new StandbyHold(now, Clock.systemUTC())) {
                        FollowRun follow = new FollowRun(now, options, tail, watch, run, hold);
                        run.guard(connector);
                        run.hold(hold, options.name());
                        check(run, prepared);
                        return Restore.midway(
                                () -> {
                                    begin(run, prepared, follow);
                                    stoppable.follows();
                                    return follow.run();
                                });
                    }
                });
    }

    private static boolean beginsAnew(PreparedRestore prepared) {
        return !prepared.standby().orElseThrow().isBegun();
    }

    private static void check(RestoreRun run, PreparedRestore prepared) {
        if (beginsAnew(prepared)) {
            run.checkObjects();
        }
    }

    private static void begin(RestoreRun run, PreparedRestore prepared, FollowRun follow) {
        run.mark();
        follow.unlessStopped(
                () -> {
                    run.loadBases();
                    if (beginsAnew(prepared)) {
                        run.replay();
                    }
                });
    }

    /**
     * Decides whether the standby in the targets can be promoted to the request's time, and what
     * that would read. Writes nothing.
     *
     * @param timeline says which times are safe
     * @throws RestoreException.NotCovered if that time is not safe, or the standby is beyond it
     * @throws RestoreException.TargetRefused if there is no standby
     */
    public static PreparedRestore prepare(RestoreRequest request, ClusterTimeline timeline) {
        return prepare(request, timeline, MongoTarget::new);
    }

    /** As above, in targets of any kind. */
    public static PreparedRestore prepare(
            RestoreRequest request, ClusterTimeline timeline, RestoreTarget.Connector connector) {
        return Restore.reading(() -> new StandbyPlanning(request).promote(timeline, connector));
    }

    /**
     * Promotes: applies up to the request's time and no further, decides what is open then, and
     * finishes as every restore does. Cut off, it goes on when it is called again with the same
     * time; there is no way back to following.
     */
    public static RestoreReport promote(
            RestoreRequest request, PreparedRestore prepared, RestoreProgress progress) {
        return promote(request, prepared, progress, MongoTarget::new);
    }

    /** As above, into targets of any kind. */
    public static RestoreReport promote(
            RestoreRequest request,
            PreparedRestore prepared,
            RestoreProgress progress,
            RestoreTarget.Connector connector) {
        RestoreReport report = Restore.run(request, prepared, progress, connector);
        StandbyHold.end(request, prepared.standby().orElseThrow().id());
        return report;
    }
}
