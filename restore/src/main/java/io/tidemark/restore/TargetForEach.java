package io.tidemark.restore;

import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.guard.BackgroundWork;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Each replica set goes into a target of its own, under the names that it has. */
final class TargetForEach implements TargetLayout {
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final SetOpening sets;
    private final TargetMarks marks;
    private final Findings findings;
    private final BackgroundWork background = new BackgroundWork();
    private final Map<ReplicaSetPlan, RestoreTarget> targets = new LinkedHashMap<>();
    private final Map<ReplicaSetPlan, TargetFacts> facts = new LinkedHashMap<>();

    /** What the targets said of themselves, where {@link #facts} leaves out what a base brings. */
    private final Map<ReplicaSetPlan, TargetFacts> found = new LinkedHashMap<>();

    private final PreviousPhase previous;
    private SourceCluster source;
    private AddedShards added = AddedShards.none();

    TargetForEach(
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
        this.previous = new PreviousPhase(request, plan, sets, marks, targets, found);
    }

    @Override
    public List<TargetOutlook> look(RestoreTarget.Connector connector) {
        Targets named = new Targets(request, plan);
        for (ReplicaSetPlan set : plan.replicaSets()) {
            RestoreTarget opened = connector.connect(named.of(set), request.options());
            targets.put(set, marks.fenced(opened));
        }
        Map<String, String> more = request.placement().addedShards();
        added = new AddedShards(more, connector, request.options());
        targets.forEach((set, target) -> found.put(set, left().inspect(set, target)));
        left().check();
        if (left().report().isPresent()) {
            return List.of();
        }
        sets.readMetadata(targets::get, left()::markOf);
        ShardNames names =
                new ShardNames(
                        sets.mapped(request.placement()), sets.cluster().shards(), more.keySet());
        source = SourceCluster.of(sets.cluster(), plan, names, more.keySet());
        sets.open(all -> all, targets::get);
        previous.leaveAlone();
        found.forEach((set, told) -> facts.put(set, holdsBase(set) ? told.withoutBase() : told));
        added.inspect();
        TargetGuard guard = new TargetGuard(source, request.placement().replacement());
        List<TargetOutlook> outlooks = new ArrayList<>();
        for (ReplicaSetRestore restore : sets.restores()) {
            outlooks.add(look(guard, restore));
        }
        outlooks.addAll(added.look(guard));
        return outlooks;
    }

    private Resumption left() {
        return marks.resumption();
    }

    private boolean holdsBase(ReplicaSetPlan set) {
        return sets.heldBase(set).isPresent();
    }

    private TargetOutlook look(TargetGuard guard, ReplicaSetRestore restore) {
        ReplicaSetPlan set = restore.plan();
        if (!holdsBase(set)) {
            SourceNeeds needs = restore.base().needs();
            return left().goesOn(set)
                    ? guard.look(set, facts.get(set), needs.withoutRoom())
                    : guard.look(set, facts.get(set), needs, previous.decide(set));
        }
        findings.warnings()
                .add(
                        "The target of "
                                + set.replicaSet()
                                + " held "
                                + Counted.of(heldBefore(set), "collection")
                                + ", which were taken for its state at "
                                + sets.heldBase(set).orElseThrow().asOf()
                                + ".");
        return guard.lookAtHolding(set, facts.get(set), left().goesOn(set));
    }

    private int heldBefore(ReplicaSetPlan set) {
        return left().markOf(set)
                .map(mark -> mark.before().replaced().collections())
                .orElse(found.get(set).userCollections())
                .size();
    }

    @Override
    public SourceCluster source() {
        return source;
    }

    @Override
    public RestoreTarget of(ReplicaSetPlan set) {
        return targets.get(set);
    }

    @Override
    public TargetFacts found(ReplicaSetPlan set) {
        return found.get(set);
    }

    @Override
    public Map<ReplicaSetPlan, TargetFacts> facts() {
        return facts;
    }

    @Override
    public Optional<MergedTarget> merged() {
        return Optional.empty();
    }

    @Override
    public AddedShards added() {
        return added;
    }

    @Override
    public void mark() {
        marks.begin();
        // What joins a standby comes first: until it is marked, the others don't know of it.
        // The config servers first: what is kept of the others depends on their metadata.
        sets.restores().stream()
                .filter(r -> !left().goesOn(r.plan()))
                .sorted(Comparator.comparing(r -> !r.plan().isConfigServer()))
                .forEach(this::mark);
        sets.restores().stream().filter(r -> left().goesOn(r.plan())).forEach(this::mark);
        try {
            found.forEach((set, fact) -> background.stopExpiry(targets.get(set), fact));
        } catch (RestoreException.TargetRefused e) {
            left().takeBack(targets);
            throw e;
        }
        found.forEach((set, fact) -> background.stopBalancer(targets.get(set), fact));
        Parallel.forEach(sets.restores(), restore -> previous.setAside(restore.plan()));
        facts.forEach(this::makeRoom);
        findings.warnings().addAll(previous.warnings());
        for (ReplicaSetRestore restore : sets.restores()) {
            restore.begin(targets.get(restore.plan()), marks.of(restore.plan()).orElseThrow());
        }
    }

    private void mark(ReplicaSetRestore restore) {
        ReplicaSetPlan set = restore.plan();
        marks.mark(
                restore,
                targets.get(set),
                MarkPlace.ALONE,
                found.get(set),
                () -> previous.decideNow(set));
    }

    /** The guard has seen that all of it may go; a run that goes on finds it named in the mark. */
    private void makeRoom(ReplicaSetPlan set, TargetFacts fact) {
        if (holdsBase(set)) {
            return;
        }
        Optional<RestoreMark> mark = marks.markOf(set);
        List<Namespace> inTheWay =
                mark.map(m -> m.before().replaced().collections()).orElse(fact.userCollections());
        Map<Namespace, String> kept =
                mark.map(m -> m.before().replaced().kept()).orElse(KeptPrevious.NOTHING).places();
        for (Namespace namespace : inTheWay) {
            findings.replaced()
                    .put(set.replicaSet() + "/" + namespace, kept.getOrDefault(namespace, ""));
            if (mark.map(RestoreMark::epoch).orElse(0L) == 0) {
                targets.get(set).drop(namespace);
            }
        }
    }

    @Override
    public List<String> rollback() {
        return previous.rollback(added);
    }

    @Override
    public void stoppedBefore() {
        found.forEach((set, fact) -> background.stopped(targets.get(set), fact));
    }

    @Override
    public void finish() {
        if (sets.areBasesHeld()) {
            // The metadata are a restored cluster's: its balancer is stopped.
            background.resumeExpiry();
        } else {
            background.resume();
        }
        marks.close();
        targets.values().forEach(RestoreTarget::unmark);
    }

    @Override
    public void giveUp() {
        // Its mark stays, and says so.
    }

    @Override
    public void close() {
        background.resumeExpiry();
        marks.close();
        targets.values().forEach(RestoreTarget::close);
        added.close();
    }
}
