package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.FencedTarget;
import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.RunLease;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.guard.BackgroundWork;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The targets of one restore: what they are like, the marks in them, and what each replica set
 * writes into its own.
 */
final class RestoreTargets implements AutoCloseable {
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Map<ReplicaSet, HeldBase> held;
    private final List<EntrySource> sources;
    private final RestoreProgress progress;
    private final Problems problems;
    private final List<String> warnings;
    private final RestoreOptions share;
    private final DocumentHashes written;
    private final Optional<StandbyMarks> standby;
    private final RunLease lease = new RunLease();
    private final Resumption resumption;
    private final Map<ReplicaSetPlan, Checkpoints> checkpoints = new LinkedHashMap<>();
    private final Map<ReplicaSetPlan, RestoreTarget> targets = new LinkedHashMap<>();
    private final Map<ReplicaSetPlan, TargetFacts> facts = new LinkedHashMap<>();

    /** What the targets said of themselves, where {@link #facts} leaves out what a base brings. */
    private final Map<ReplicaSetPlan, TargetFacts> found = new LinkedHashMap<>();

    private final List<ReplicaSetRestore> restores = new ArrayList<>();
    private final Map<String, String> replaced = new TreeMap<>();
    private final BackgroundWork background = new BackgroundWork();
    private ClusterMetadata cluster = ClusterMetadata.none();
    private SourceCluster source;
    private AddedShards added = AddedShards.none();
    private Optional<MergedTarget> merged = Optional.empty();

    /**
     * @param sources one for each replica set of the plan
     * @param problems differences are added to them
     * @param warnings what the operator should know is added to them
     */
    RestoreTargets(
            RestoreRequest request,
            PreparedRestore prepared,
            List<EntrySource> sources,
            RestoreProgress progress,
            Problems problems,
            List<String> warnings) {
        this.request = request;
        this.plan = prepared.plan();
        this.held = prepared.held();
        this.standby = prepared.standby();
        this.sources = sources;
        this.progress = progress;
        this.problems = problems;
        this.warnings = warnings;
        this.resumption = new Resumption(request, prepared, lease.holder());
        this.share = request.options().sharedBy(Math.max(1, plan.replicaSets().size()));
        this.written = new DocumentHashes(request.options().rememberedDocuments());
    }

    List<ReplicaSetRestore> restores() {
        return restores;
    }

    /** The target of each replica set; all the same where they are merged. */
    Map<ReplicaSetPlan, RestoreTarget> all() {
        return targets;
    }

    RestoreTarget of(ReplicaSetRestore restore) {
        return targets.get(restore.plan());
    }

    /** What the targets are like, without the base that lies in them. */
    Map<ReplicaSetPlan, TargetFacts> facts() {
        return facts;
    }

    /** Whether the target was part of a cluster before. */
    boolean wasMember(ReplicaSetPlan set) {
        return found.get(set).isClusterMember();
    }

    /** True if an earlier run has marked the target of this replica set. */
    boolean isResumed(ReplicaSetRestore restore) {
        return checkpoints(restore).map(Checkpoints::isResumed).orElse(false);
    }

    /** Its mark and its checkpoints; empty where nobody goes on. */
    Optional<Checkpoints> checkpoints(ReplicaSetRestore restore) {
        return Optional.ofNullable(checkpoints.get(restore.plan()));
    }

    /** What an earlier run has left. */
    Resumption resumption() {
        return resumption;
    }

    /** Decisions on open transactions go into all marks, before a shard goes by them. */
    void decided(List<Decision> made) {
        checkpoints.values().forEach(c -> c.put(c.mark().decided(made)));
    }

    ClusterMetadata cluster() {
        return cluster;
    }

    SourceCluster source() {
        return source;
    }

    AddedShards added() {
        return added;
    }

    Optional<MergedTarget> merged() {
        return merged;
    }

    /** What of the targets went, by name: under which name it is kept, or nothing. */
    Map<String, String> replaced() {
        return replaced;
    }

    /** What the targets are like; writes nothing. */
    List<TargetOutlook> look(RestoreTarget.Connector connector) {
        Targets named = new Targets(request, plan);
        return request.isMerged() ? List.of(lookAtMerged(connector)) : lookAtEach(named, connector);
    }

    private List<TargetOutlook> lookAtEach(Targets named, RestoreTarget.Connector connector) {
        for (ReplicaSetPlan set : plan.replicaSets()) {
            RestoreTarget opened = connector.connect(named.of(set), request.options());
            targets.put(set, FencedTarget.of(opened, lease));
        }
        Map<String, String> more = request.placement().addedShards();
        added = new AddedShards(more, connector, request.options());
        targets.forEach((set, target) -> found.put(set, resumption.inspect(set, target)));
        resumption.check();
        if (resumption.report().isPresent()) {
            return List.of();
        }
        readMetadata();
        ShardNames names =
                new ShardNames(request.placement().shardIds(), cluster.shards(), more.keySet());
        source = SourceCluster.of(cluster, plan, names, more.keySet());
        found.forEach((set, told) -> facts.put(set, holdsBase(set) ? told.withoutBase() : told));
        openRestores(all -> all);
        added.inspect();
        TargetGuard guard = new TargetGuard(source, request.placement().replacement());
        List<TargetOutlook> outlooks = new ArrayList<>();
        for (ReplicaSetRestore restore : restores) {
            outlooks.add(look(guard, restore));
        }
        outlooks.addAll(added.look(guard));
        return outlooks;
    }

    private TargetOutlook look(TargetGuard guard, ReplicaSetRestore restore) {
        ReplicaSetPlan set = restore.plan();
        if (!holdsBase(set)) {
            SourceNeeds needs = restore.needs();
            return guard.look(
                    set, facts.get(set), resumption.goesOn(set) ? needs.withoutRoom() : needs);
        }
        warnings.add(
                "The target of "
                        + set.replicaSet()
                        + " held "
                        + Counted.of(heldBefore(set), "collection")
                        + ", which were taken for its state at "
                        + held.get(set.replicaSet()).asOf()
                        + ".");
        return guard.lookAtHolding(set, facts.get(set), resumption.goesOn(set));
    }

    private int heldBefore(ReplicaSetPlan set) {
        return resumption
                .markOf(set)
                .map(mark -> mark.before().replaced())
                .orElse(found.get(set).userCollections())
                .size();
    }

    /** All replica sets share one target, each under names of its own. */
    private TargetOutlook lookAtMerged(RestoreTarget.Connector connector) {
        Placement placement = request.placement();
        String uri = request.targets().get(RestoreRequest.MERGED);
        RestoreTarget server = FencedTarget.of(connector.connect(uri, request.options()), lease);
        MergedTarget into =
                new MergedTarget(server, placement.selections(), placement.replacement(), problems);
        merged = Optional.of(into);
        plan.replicaSets().forEach(set -> targets.put(set, into.newShard()));
        readMetadata();
        source = SourceCluster.of(cluster, plan, ShardNames.same(), Set.of());
        TargetFacts told = into.inspect();
        plan.replicaSets().forEach(set -> facts.put(set, told));
        plan.replicaSets().forEach(set -> found.put(set, told));
        Optional<String> refusal = findShared(server, told);
        into.follow(sources, request.to());
        openRestores(into::rules);
        boolean restarts = resumption.withdrawn().isPresent();
        boolean goesOn = !restarts && plan.replicaSets().stream().anyMatch(resumption::goesOn);
        Optional<UUID> restore =
                restarts
                        ? resumption.withdrawn().map(RestoreMark::restore)
                        : Optional.of(resumption.restore()).filter(r -> goesOn);
        return into.look(
                source,
                told,
                restores.stream().map(ReplicaSetRestore::needs).toList(),
                restore,
                goesOn,
                refusal);
    }

    /** Why what is unfinished there is in the way; empty if it is gone on with, or taken back. */
    private Optional<String> findShared(RestoreTarget server, TargetFacts told) {
        if (told.unfinished().isPresent() && !Resumption.isShared(server)) {
            return Optional.of(
                    "an earlier restore ("
                            + told.unfinished().get()
                            + ") began here and did not end. It is of one replica set by"
                            + " itself, or of another version: let that end, or name another"
                            + " target");
        }
        places().forEach((set, place) -> resumption.find(set, told, server, place));
        resumption.check();
        return Optional.empty();
    }

    private Map<ReplicaSetPlan, MarkPlace> places() {
        Map<ReplicaSetPlan, MarkPlace> places = new LinkedHashMap<>();
        plan.replicaSets().forEach(set -> places.put(set, MarkPlace.shared(places.size())));
        return places;
    }

    private void openRestores(UnaryOperator<NamespaceRules> chosen) {
        for (EntrySource oplog : sources) {
            ReplicaSetPlan set = oplog.plan();
            NamespaceRules all =
                    set.isConfigServer() ? NamespaceRules.configServer() : NamespaceRules.shard();
            restores.add(restore(oplog, chosen.apply(all), progress));
        }
    }

    private boolean holdsBase(ReplicaSetPlan set) {
        return held.containsKey(set.replicaSet());
    }

    private ReplicaSetRestore restore(
            EntrySource source, NamespaceRules rules, RestoreProgress progressOfIt) {
        ReplicaSetRestore restore = opened(source, rules, progressOfIt);
        left(source.plan())
                .ifPresent(
                        mark ->
                                restore.standsOn(
                                        StandbyMarks.start(mark, rules), StandbyMarks.first(mark)));
        standby.map(s -> s.joining().get(source.plan().replicaSet()))
                .ifPresent(joining -> restore.beginsAt(joining.first()));
        return restore;
    }

    /** What a standby that goes on has left in the target of this replica set. */
    private Optional<RestoreMark> left(ReplicaSetPlan set) {
        return standby.flatMap(s -> Optional.ofNullable(s.marks().get(set.replicaSet())));
    }

    private ReplicaSetRestore opened(
            EntrySource source, NamespaceRules rules, RestoreProgress progressOfIt) {
        ReplicaSetPlan set = source.plan();
        return holdsBase(set)
                ? new ReplicaSetRestore(
                        request,
                        share,
                        source,
                        rules,
                        written,
                        progressOfIt,
                        Optional.of(held.get(set.replicaSet()).manifest()),
                        Optional.of(targets.get(set)))
                : new ReplicaSetRestore(request, share, source, rules, written, progressOfIt);
    }

    private void readMetadata() {
        SourceMetadata metadata = new SourceMetadata(request, plan, sources, this::beginInMemory);
        cluster = metadata.read();
        // Of a standby that goes on without a shard that leaves, or with one more, it is a later
        // time's members that are named.
        if (standby.filter(StandbyMarks::follows).isEmpty()) {
            metadata.requireWhole(cluster);
        }
    }

    /** From the base, or from where a standby stands. */
    private ReplicaSetRestore beginInMemory(EntrySource config) {
        ReplicaSetRestore restore =
                restore(config, NamespaceRules.metadataOnly(), RestoreProgress.silent());
        // Of a base that lies in the target, metadata are soon those of the restored cluster.
        Optional<RestoreMark> mark =
                left(config.plan())
                        .or(() -> resumption.markOf(config.plan()).filter(HeldBase::isIn))
                        .filter(found -> !StandbyMarks.needsBase(found));
        if (mark.isPresent()) {
            RestoreTarget target = targets.get(config.plan());
            restore.beginFrom(mark.get().standing(), Checkpoints.stateOf(target, mark.get()));
        } else {
            restore.begin(new MemoryTarget());
            restore.loadBase(ClusterMetadata.none());
        }
        return restore;
    }

    /** What a standby stands on is needed from here on. */
    void hold(StandbyHold hold, String name) {
        Map<ReplicaSetPlan, Standing> standings = new LinkedHashMap<>();
        Map<ReplicaSetPlan, String> addresses = new LinkedHashMap<>();
        targets.forEach(
                (set, target) -> {
                    standings.put(set, resumption.standing(set));
                    addresses.put(set, found.get(set).address());
                });
        hold.begin(resumption.restore(), name, lease.holder().words(), standings, addresses);
    }

    /** From here on the targets are half restored. What they do by themselves stops. */
    void mark() {
        if (merged.isPresent()) {
            markMerged(merged.get());
            return;
        }
        lease.begin();
        // What joins a standby comes first: until it is marked, the others don't know of it.
        found.forEach((set, fact) -> markIf(!resumption.goesOn(set), set, fact));
        found.forEach((set, fact) -> markIf(resumption.goesOn(set), set, fact));
        try {
            found.forEach((set, fact) -> background.stopExpiry(targets.get(set), fact));
        } catch (RestoreException.TargetRefused e) {
            resumption.takeBack(targets);
            throw e;
        }
        found.forEach((set, fact) -> background.stopBalancer(targets.get(set), fact));
        facts.forEach(this::makeRoom);
        restores.forEach(this::begin);
    }

    private void markMerged(MergedTarget into) {
        lease.begin();
        resumption
                .withdrawn()
                .ifPresent(
                        left -> {
                            resumption.takeOver(into.server(), left);
                            into.takeBack(left.restore());
                        });
        places().forEach((set, place) -> mark(set, into.server(), place, found.get(set)));
        restores.forEach(this::begin);
    }

    private void markIf(boolean itsTurn, ReplicaSetPlan set, TargetFacts fact) {
        if (itsTurn) {
            mark(set, fact);
        }
    }

    private void mark(ReplicaSetPlan set, TargetFacts fact) {
        mark(set, targets.get(set), MarkPlace.ALONE, fact);
    }

    private void mark(ReplicaSetPlan set, RestoreTarget target, MarkPlace place, TargetFacts fact) {
        ReplayStart start =
                restores.stream()
                        .filter(restore -> restore.plan().equals(set))
                        .map(ReplicaSetRestore::start)
                        .findFirst()
                        .orElseThrow();
        Checkpoints kept = resumption.mark(set, target, place, fact, start);
        checkpoints.put(set, kept);
        lease.hold(kept);
    }

    private void begin(ReplicaSetRestore restore) {
        restore.begin(targets.get(restore.plan()), checkpoints.get(restore.plan()));
    }

    /** The guard has seen that all of it may go; a run that goes on finds it named in the mark. */
    private void makeRoom(ReplicaSetPlan set, TargetFacts fact) {
        if (holdsBase(set)) {
            return;
        }
        Optional<RestoreMark> mark =
                Optional.ofNullable(checkpoints.get(set)).map(Checkpoints::mark);
        List<Namespace> inTheWay =
                mark.map(m -> m.before().replaced()).orElse(fact.userCollections());
        for (Namespace namespace : inTheWay) {
            replaced.put(set.replicaSet() + "/" + namespace, "");
            if (mark.map(RestoreMark::epoch).orElse(0L) == 0) {
                targets.get(set).drop(namespace);
            }
        }
    }

    /**
     * The restore is whole, and verified. While the marks go one after the other, those that are
     * left say so.
     */
    void unmark(RestoreReport report) {
        checkpoints.values().forEach(c -> c.put(c.mark().done(report)));
        finish();
    }

    /** An earlier run had verified the restore. */
    void finishEarlier() {
        if (merged.isEmpty()) {
            found.forEach((set, fact) -> background.stopped(targets.get(set), fact));
        }
        finish();
    }

    private void finish() {
        if (held.isEmpty()) {
            background.resume();
        } else {
            // The metadata are a restored cluster's: its balancer is stopped.
            background.resumeExpiry();
        }
        lease.close();
        if (merged.isPresent()) {
            merged.get().end();
        } else {
            targets.values().forEach(RestoreTarget::unmark);
        }
    }

    /** Nothing that a later run could go on with: what is not in place goes. */
    void giveUp() {
        merged.ifPresent(
                into -> {
                    lease.close();
                    into.end();
                });
    }

    @Override
    public void close() {
        restores.forEach(ReplicaSetRestore::close);
        background.resumeExpiry();
        lease.close();
        targets.values().forEach(RestoreTarget::close);
        added.close();
        merged.ifPresent(MergedTarget::close);
    }
}
