package io.tidemark.restore;

import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.target.TargetFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** All replica sets share one target, each under names of its own until it is put together. */
final class TargetForAll implements TargetLayout {
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final SetOpening sets;
    private final TargetMarks marks;
    private final Findings findings;
    private SourceCluster source;
    private MergedTarget merged;
    private TargetFacts found;

    TargetForAll(
            RestoreRequest request,
            RestorePlan plan,
            SetOpening sets,
            TargetMarks marks,
            Findings findings) {
        this.request = request;
        this.plan = plan;
        this.sets = sets;
        this.marks = marks;
        this.findings = findings;
    }

    @Override
    public List<TargetOutlook> look(RestoreTarget.Connector connector) {
        Placement placement = request.placement();
        String uri = request.targets().get(RestoreRequest.MERGED);
        RestoreTarget server = marks.fenced(connector.connect(uri, request.options()));
        merged =
                new MergedTarget(
                        server,
                        placement.selections(),
                        placement.replacement(),
                        findings.problems());
        plan.replicaSets().forEach(merged::addShard);
        sets.readMetadata(this::of, left()::markOf);
        source = SourceCluster.of(sets.cluster(), plan, ShardNames.same(), Set.of());
        found = merged.inspect();
        Optional<String> refusal = findLeft(server);
        merged.follow(sets.sources(), request.to());
        sets.open(merged::rules, this::of);
        boolean restarts = left().withdrawn().isPresent();
        boolean goesOn = !restarts && plan.replicaSets().stream().anyMatch(left()::goesOn);
        Optional<UUID> restore =
                restarts
                        ? left().withdrawn().map(RestoreMark::restore)
                        : Optional.of(left().restore()).filter(r -> goesOn);
        return List.of(
                merged.look(
                        source,
                        found,
                        sets.restores().stream().map(each -> each.base().needs()).toList(),
                        restore,
                        goesOn,
                        refusal));
    }

    private Resumption left() {
        return marks.resumption();
    }

    /** Why what is unfinished there is in the way; empty if it is gone on with, or taken back. */
    private Optional<String> findLeft(RestoreTarget server) {
        if (found.unfinished().isPresent() && !Resumption.isShared(server)) {
            return Optional.of(
                    "an earlier restore ("
                            + found.unfinished().get()
                            + ") began here and did not end. It is of one replica set by"
                            + " itself, or of another version: let that end, or name another"
                            + " target");
        }
        places().forEach((set, place) -> left().find(set, found, server, place));
        left().check();
        return Optional.empty();
    }

    private Map<ReplicaSetPlan, MarkPlace> places() {
        Map<ReplicaSetPlan, MarkPlace> places = new LinkedHashMap<>();
        plan.replicaSets().forEach(set -> places.put(set, MarkPlace.shared(places.size())));
        return places;
    }

    @Override
    public SourceCluster source() {
        return source;
    }

    @Override
    public RestoreTarget of(ReplicaSetPlan set) {
        return merged.server();
    }

    @Override
    public TargetFacts found(ReplicaSetPlan set) {
        return found;
    }

    @Override
    public Map<ReplicaSetPlan, TargetFacts> facts() {
        return Map.of();
    }

    @Override
    public Optional<MergedTarget> merged() {
        return Optional.ofNullable(merged);
    }

    @Override
    public List<String> rollback() {
        return merged.rollback();
    }

    @Override
    public AddedShards added() {
        return AddedShards.none();
    }

    @Override
    public void mark() {
        marks.begin();
        left().withdrawn().ifPresent(this::takeBack);
        places().forEach(
                        (set, place) ->
                                marks.mark(
                                        sets.of(set),
                                        merged.server(),
                                        place,
                                        found,
                                        () -> KeptPrevious.NOTHING));
        for (ReplicaSetRestore restore : sets.restores()) {
            ReplicaSetPlan set = restore.plan();
            restore.begin(merged.shardOf(set), marks.of(set).orElseThrow());
        }
    }

    private void takeBack(RestoreMark mark) {
        left().takeOver(merged.server(), mark);
        merged.takeBack(mark.restore());
    }

    @Override
    public void stoppedBefore() {
        // What a common target does by itself goes on.
    }

    @Override
    public void finish() {
        marks.close();
        merged.end();
    }

    @Override
    public void giveUp() {
        marks.close();
        merged.end();
    }

    @Override
    public void close() {
        marks.close();
        merged().ifPresent(MergedTarget::close);
    }
}
