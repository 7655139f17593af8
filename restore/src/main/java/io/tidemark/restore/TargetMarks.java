package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.FencedTarget;
import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.RunHolder;
import io.tidemark.restore.checkpoint.RunLease;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.TargetFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The marks of one run in its targets, and its hold on them: what an earlier one has left there,
 * what this one says there, and that it lives.
 */
final class TargetMarks implements AutoCloseable {
    private final RunLease lease = new RunLease();
    private final Resumption resumption;
    private final Map<ReplicaSetPlan, Checkpoints> kept = new LinkedHashMap<>();

    TargetMarks(RestoreRequest request, PreparedRestore prepared) {
        this.resumption = new Resumption(request, prepared, lease.holder());
    }

    /** What an earlier run has left. */
    Resumption resumption() {
        return resumption;
    }

    /** The run that writes. */
    RunHolder holder() {
        return lease.holder();
    }

    /** The same target, which takes changes only as long as this run has it. */
    RestoreTarget fenced(RestoreTarget target) {
        return FencedTarget.of(target, lease);
    }

    /** Before the first mark is written. */
    void begin() {
        lease.begin();
    }

    /**
     * Marks a target, or finds it marked.
     *
     * @param keeping what is to be kept of what it holds, if it isn't marked yet
     */
    void mark(
            ReplicaSetRestore restore,
            RestoreTarget target,
            MarkPlace place,
            TargetFacts facts,
            Supplier<KeptPrevious> keeping) {
        ReplicaSetPlan set = restore.plan();
        Checkpoints checkpoints =
                resumption.mark(set, target, place, facts, restore.base().start(), keeping);
        kept.put(set, checkpoints);
        lease.hold(checkpoints);
    }

    /** The mark of a replica set and its checkpoints; empty before it is made. */
    Optional<Checkpoints> of(ReplicaSetPlan set) {
        return Optional.ofNullable(kept.get(set));
    }

    /** The mark of a replica set as it is now. */
    Optional<RestoreMark> markOf(ReplicaSetPlan set) {
        return of(set).map(Checkpoints::mark);
    }

    /** Decisions on open transactions go into all marks, before a shard goes by them. */
    void decided(List<Decision> made) {
        kept.values().forEach(c -> c.put(c.mark().decided(made)));
    }

    /** While the marks go one after the other, those that are left say so. */
    void done(RestoreReport report) {
        kept.values().forEach(c -> c.put(c.mark().done(report)));
    }

    /** The marks are about to go, or stay for the next run. */
    @Override
    public void close() {
        lease.close();
    }
}
