package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.TargetFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The targets of one restore, as its phases see them: where each replica set goes ({@link
 * TargetLayout}), with what it begins ({@link SetOpening}), and the marks there ({@link
 * TargetMarks}).
 */
final class RestoreTargets implements AutoCloseable {
    private final RestorePlan plan;
    private final SetOpening sets;
    private final TargetMarks marks;
    private final TargetLayout layout;

    /**
     * @param sources one for each replica set of the plan
     */
    RestoreTargets(
            RestoreRequest request,
            PreparedRestore prepared,
            List<EntrySource> sources,
            RestoreProgress progress,
            Findings findings) {
        this.plan = prepared.plan();
        this.sets = new SetOpening(request, prepared, sources, progress);
        this.marks = new TargetMarks(request, prepared);
        this.layout =
                request.isMerged()
                        ? new TargetForAll(request, plan, sets, marks, findings)
                        : new TargetForEach(request, plan, sets, marks, findings);
    }

    /** What the targets are like; writes nothing. */
    List<TargetOutlook> look(RestoreTarget.Connector connector) {
        return layout.look(connector);
    }

    List<ReplicaSetRestore> restores() {
        return sets.restores();
    }

    /** The server that a replica set goes into; the same for all where they are merged. */
    RestoreTarget of(ReplicaSetPlan set) {
        return layout.of(set);
    }

    /** What the targets are like, without the base that lies in them; none of a common target. */
    Map<ReplicaSetPlan, TargetFacts> facts() {
        return layout.facts();
    }

    /** Whether the target was part of a cluster before. */
    boolean wasMember(ReplicaSetPlan set) {
        return layout.found(set).isClusterMember();
    }

    /** True if an earlier run has marked the target of this replica set. */
    boolean isResumed(ReplicaSetRestore restore) {
        return checkpoints(restore).map(Checkpoints::isResumed).orElse(false);
    }

    /** Its mark and its checkpoints; empty where nobody goes on. */
    Optional<Checkpoints> checkpoints(ReplicaSetRestore restore) {
        return marks.of(restore.plan());
    }

    /** What an earlier run has left. */
    Resumption resumption() {
        return marks.resumption();
    }

    /** Decisions on open transactions go into all marks, before a shard goes by them. */
    void decided(List<Decision> made) {
        marks.decided(made);
    }

    /** What the config servers say at the restored time. */
    ClusterMetadata cluster() {
        return sets.cluster();
    }

    SourceCluster source() {
        return layout.source();
    }

    AddedShards added() {
        return layout.added();
    }

    Optional<MergedTarget> merged() {
        return layout.merged();
    }

    /** Commands of the shell that lead back to what was there before; empty if it is not kept. */
    List<String> rollback() {
        return layout.rollback();
    }

    /** What a standby stands on is needed from here on. */
    void hold(StandbyHold hold, String name) {
        Map<ReplicaSetPlan, Standing> standings = new LinkedHashMap<>();
        Map<ReplicaSetPlan, String> addresses = new LinkedHashMap<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            standings.put(set, resumption().standing(set));
            addresses.put(set, layout.found(set).address());
        }
        hold.begin(resumption().restore(), name, marks.holder().words(), standings, addresses);
    }

    /** From here on the targets are half restored. What they do by themselves stops. */
    void mark() {
        layout.mark();
    }

    /** The restore is whole, and verified. */
    void unmark(RestoreReport report) {
        marks.done(report);
        layout.finish();
    }

    /** An earlier run had verified the restore. */
    void finishEarlier() {
        layout.stoppedBefore();
        layout.finish();
    }

    /** Nothing that a later run could go on with: what is not in place goes. */
    void giveUp() {
        layout.giveUp();
    }

    @Override
    public void close() {
        sets.close();
        layout.close();
    }
}
