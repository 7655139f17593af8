package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * With what each replica set begins: a base of the archive, one that its target holds, or where a
 * standby stands. All of them share one budget of memory.
 */
final class SetOpening implements AutoCloseable {
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Map<ReplicaSet, HeldBase> held;
    private final Optional<StandbyMarks> standby;
    private final List<EntrySource> sources;
    private final RestoreProgress progress;
    private final RestoreOptions share;
    private final DocumentHashes written;
    private final List<ReplicaSetRestore> restores = new ArrayList<>();
    private ClusterMetadata cluster = ClusterMetadata.none();

    /**
     * @param sources one for each replica set of the plan
     */
    SetOpening(
            RestoreRequest request,
            PreparedRestore prepared,
            List<EntrySource> sources,
            RestoreProgress progress) {
        this.request = request;
        this.plan = prepared.plan();
        this.held = prepared.held();
        this.standby = prepared.standby();
        this.sources = sources;
        this.progress = progress;
        this.share = request.options().sharedBy(Math.max(1, plan.replicaSets().size()));
        this.written = new DocumentHashes(request.options().rememberedDocuments());
    }

    /** One for each replica set, once they are open. */
    List<ReplicaSetRestore> restores() {
        return restores;
    }

    ReplicaSetRestore of(ReplicaSetPlan set) {
        return restores.stream()
                .filter(restore -> restore.plan().equals(set))
                .findFirst()
                .orElseThrow();
    }

    List<EntrySource> sources() {
        return sources;
    }

    /** What the config servers say at the restored time, once it was read. */
    ClusterMetadata cluster() {
        return cluster;
    }

    /**
     * What is said of the shards that there are. Of a standby, which is told the same from one
     * start to the next, some may have joined later than it stands, or have left.
     */
    Map<String, String> mapped(Placement placement) {
        Set<String> elsewhere = new TreeSet<>(standby.map(StandbyMarks::shards).orElse(Set.of()));
        for (ClusterMetadata.ShardEntry shard : cluster.shards()) {
            elsewhere.remove(shard.id());
            elsewhere.remove(shard.replicaSet());
        }
        return placement.without(elsewhere).shardIds();
    }

    /** The base that the replica set's target holds. */
    Optional<HeldBase> heldBase(ReplicaSetPlan set) {
        return Optional.ofNullable(held.get(set.replicaSet()));
    }

    /** Whether there are entries to come that nobody knows yet. */
    boolean isStandby() {
        return standby.isPresent();
    }

    /** Whether the targets hold the bases. */
    boolean areBasesHeld() {
        return !held.isEmpty();
    }

    /**
     * Reads what the config servers say.
     *
     * @param targets of the replica sets
     * @param left marks of an earlier run
     */
    void readMetadata(
            Function<ReplicaSetPlan, RestoreTarget> targets,
            Function<ReplicaSetPlan, Optional<RestoreMark>> left) {
        SourceMetadata metadata =
                new SourceMetadata(
                        request, plan, sources, config -> inMemory(config, targets, left));
        cluster = metadata.read();
        // Of a standby that goes on without a shard that leaves, or with one more, it is a later
        // time's members that are named.
        if (standby.filter(StandbyMarks::follows).isEmpty()) {
            metadata.requireWhole(cluster);
        }
    }

    /** From the base, or from where a standby stands. */
    private ReplicaSetRestore inMemory(
            EntrySource config,
            Function<ReplicaSetPlan, RestoreTarget> targets,
            Function<ReplicaSetPlan, Optional<RestoreMark>> left) {
        ReplicaSetPlan set = config.plan();
        ReplicaSetRestore restore =
                open(config, NamespaceRules.metadataOnly(), targets, RestoreProgress.silent());
        // Of a base that lies in the target, metadata are soon those of the restored cluster.
        Optional<RestoreMark> mark =
                standbyMark(set)
                        .or(() -> left.apply(set).filter(HeldBase::isIn))
                        .filter(found -> !StandbyMarks.needsBase(found));
        if (mark.isPresent()) {
            RestoreTarget target = targets.apply(set);
            restore.beginFrom(mark.get().standing(), Checkpoints.stateOf(target, mark.get()));
        } else {
            restore.begin(new MemoryTarget());
            restore.loadBase(ClusterMetadata.none());
        }
        return restore;
    }

    /**
     * Opens the restore of each replica set.
     *
     * @param chosen of all that one holds, what is replayed
     * @param targets of the replica sets
     */
    void open(
            UnaryOperator<NamespaceRules> chosen, Function<ReplicaSetPlan, RestoreTarget> targets) {
        for (EntrySource oplog : sources) {
            NamespaceRules all =
                    oplog.plan().isConfigServer()
                            ? NamespaceRules.configServer()
                            : NamespaceRules.shard();
            restores.add(open(oplog, chosen.apply(all), targets, progress));
        }
    }

    private ReplicaSetRestore open(
            EntrySource source,
            NamespaceRules rules,
            Function<ReplicaSetPlan, RestoreTarget> targets,
            RestoreProgress words) {
        ReplicaSetPlan set = source.plan();
        Optional<RestoreMark> mark = standbyMark(set);
        SetBase base = base(source, rules, targets);
        return new ReplicaSetRestore(
                mark.map(left -> base.told(StandbyMarks.start(left, rules))).orElse(base),
                first(set, mark),
                share,
                written,
                words);
    }

    private SetBase base(
            EntrySource source,
            NamespaceRules rules,
            Function<ReplicaSetPlan, RestoreTarget> targets) {
        return heldBase(source.plan())
                .map(
                        lying ->
                                SetBase.heldBy(
                                        targets.apply(source.plan()),
                                        lying.manifest(),
                                        request,
                                        source,
                                        rules))
                .orElseGet(() -> SetBase.archived(request, source, rules));
    }

    /** What a standby that goes on has left in the target of this replica set. */
    private Optional<RestoreMark> standbyMark(ReplicaSetPlan set) {
        return standby.flatMap(s -> Optional.ofNullable(s.marks().get(set.replicaSet())));
    }

    private ClusterTime first(ReplicaSetPlan set, Optional<RestoreMark> mark) {
        return standby.flatMap(s -> Optional.ofNullable(s.joining().get(set.replicaSet())))
                .map(StandbyMarks.Joining::first)
                .or(() -> mark.map(StandbyMarks::first))
                .orElse(request.to());
    }

    @Override
    public void close() {
        restores.forEach(ReplicaSetRestore::close);
    }
}
