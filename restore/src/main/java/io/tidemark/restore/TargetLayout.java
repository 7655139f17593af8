package io.tidemark.restore;

import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.target.TargetFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which replica set goes where: each into a target of its own, or all into one. */
sealed interface TargetLayout extends AutoCloseable permits TargetForEach, TargetForAll {
    /**
     * What the targets are like; writes nothing. The restores of the replica sets are open then.
     */
    List<TargetOutlook> look(RestoreTarget.Connector connector);

    /** The cluster that is restored, once targets were looked at. */
    SourceCluster source();

    /** The server that a replica set goes into. */
    RestoreTarget of(ReplicaSetPlan set);

    /** What it said of itself. */
    TargetFacts found(ReplicaSetPlan set);

    /**
     * What it is like without the base that lies in it, by replica set; none of a common target.
     */
    Map<ReplicaSetPlan, TargetFacts> facts();

    /** The target of all replica sets. */
    Optional<MergedTarget> merged();

    /** Commands of the shell that lead back to what was there before; empty if it is not kept. */
    List<String> rollback();

    /** Shards that are added to the archive's. */
    AddedShards added();

    /** From here on the targets are half restored. What they do by themselves stops. */
    void mark();

    /** An earlier run had stopped what the targets do by themselves. */
    void stoppedBefore();

    /** The restore is whole: what was stopped goes on, and the marks go. */
    void finish();

    /** Nothing that a later run could go on with: what is not in place goes. */
    void giveUp();

    @Override
    void close();
}
