package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.config.ChunkTable;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.config.MetadataRestore;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.guard.BackgroundWork;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.TargetFacts;
import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.indexes.CollectionFinish;
import io.tidemark.restore.indexes.ViewFinish;
import io.tidemark.restore.merge.MergedShard;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.merge.StagedShard;
import io.tidemark.restore.orphans.OrphanRemoval;
import io.tidemark.restore.orphans.OwnedRanges;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.report.TransactionReport;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.restore.verify.DocumentHashes;
import io.tidemark.restore.verify.TargetCheck;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/** The phases of one restore, in order; each method is one of them. */
final class RestoreRun implements AutoCloseable {
    private static final Namespace CHUNKS = Namespace.of("config.chunks");

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Resumption resumption;
    private final Map<ReplicaSetPlan, Checkpoints> checkpoints = new LinkedHashMap<>();
    private final List<String> forced;
    private final RestoreProgress progress;
    private final long startedNanos = System.nanoTime();
    private final List<EntrySource> sources = new ArrayList<>();
    private final Map<ReplicaSetPlan, RestoreTarget> targets = new LinkedHashMap<>();
    private final Map<ReplicaSetPlan, TargetFacts> facts = new LinkedHashMap<>();

    /** What the targets said of themselves, where {@link #facts} leaves out what a base brings. */
    private final Map<ReplicaSetPlan, TargetFacts> found = new LinkedHashMap<>();

    private final Map<ReplicaSet, HeldBase> held;
    private final List<ReplicaSetRestore> restores = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Problems problems = new Problems();
    private final RestoreOptions share;
    private final DocumentHashes written;
    private final Map<String, Long> orphans = new TreeMap<>();
    private final Map<String, String> replaced = new TreeMap<>();
    private ClusterMetadata cluster = ClusterMetadata.none();
    private final Map<TransactionKey, Decision> decisions = new LinkedHashMap<>();
    private final BackgroundWork background = new BackgroundWork();
    private ChunkTable chunks = new ChunkTable(List.of());
    private boolean chunksStaged;
    private CollectionUuids uuids = new CollectionUuids(chunks);
    private SourceCluster source;
    private AddedShards added = AddedShards.none();
    private Optional<MergedTarget> merged = Optional.empty();

    RestoreRun(RestoreRequest request, PreparedRestore prepared, RestoreProgress progress) {
        this.request = request;
        this.plan = prepared.plan();
        this.held = prepared.held();
        this.resumption = new Resumption(request, plan);
        this.forced = prepared.forced().stream().map(TimeGuard::words).toList();
        this.progress = progress;
        this.share = request.options().sharedBy(Math.max(1, plan.replicaSets().size()));
        this.written = new DocumentHashes(request.options().rememberedDocuments());
        SliceReader reader = new SliceReader(request.bucket(), request.keys());
        plan.replicaSets().forEach(set -> sources.add(new EntrySource(reader, set)));
    }

    /** Everything that can be refused is refused here, before anything is written. */
    void guard(RestoreTarget.Connector connector) {
        TargetOutlook.require(look(connector));
    }

    /** What the targets are like; writes nothing. */
    List<TargetOutlook> look(RestoreTarget.Connector connector) {
        progress.phase(RestoreProgress.Phase.GUARD);
        Targets named = new Targets(request, plan);
        return request.isMerged() ? List.of(lookAtMerged(connector)) : lookAtEach(named, connector);
    }

    private List<TargetOutlook> lookAtEach(Targets named, RestoreTarget.Connector connector) {
        for (ReplicaSetPlan set : plan.replicaSets()) {
            targets.put(set, connector.connect(named.of(set), request.options()));
        }
        Map<String, String> more = request.placement().addedShards();
        added = new AddedShards(more, connector, request.options());
        readMetadata();
        ShardNames names =
                new ShardNames(request.placement().shardIds(), cluster.shards(), more.keySet());
        source = SourceCluster.of(cluster, plan, names, more.keySet());
        requireWholeCluster();
        targets.forEach((set, target) -> found.put(set, inspect(set, target)));
        found.forEach((set, told) -> facts.put(set, holdsBase(set) ? told.withoutBase() : told));
        openRestores(all -> all);
        resumption.check();
        if (resumption.report().isPresent()) {
            return List.of();
        }
        added.inspect();
        TargetGuard guard = new TargetGuard(source, request.placement().replacement());
        List<TargetOutlook> outlooks = new ArrayList<>();
        for (ReplicaSetRestore restore : restores) {
            outlooks.add(look(guard, restore));
        }
        outlooks.addAll(added.look(guard));
        return outlooks;
    }

    /** Over a base that lies in the targets nobody goes on: what it was is gone. */
    private TargetFacts inspect(ReplicaSetPlan set, RestoreTarget target) {
        return held.isEmpty() ? resumption.inspect(set, target) : target.inspect();
    }

    private TargetOutlook look(TargetGuard guard, ReplicaSetRestore restore) {
        ReplicaSetPlan set = restore.plan();
        if (!holdsBase(set)) {
            return guard.look(set, facts.get(set), restore.needs());
        }
        warnings.add(
                "The target of "
                        + set.replicaSet()
                        + " held "
                        + found.get(set).userCollections().size()
                        + " collections, which were taken for its state at "
                        + held.get(set.replicaSet()).asOf()
                        + ".");
        return guard.lookAtHolding(set, facts.get(set));
    }

    /** All replica sets share one target, each under names of its own. */
    private TargetOutlook lookAtMerged(RestoreTarget.Connector connector) {
        Placement placement = request.placement();
        String uri = request.targets().get(RestoreRequest.MERGED);
        MergedTarget into =
                new MergedTarget(
                        connector.connect(uri, request.options()),
                        placement.selections(),
                        placement.replacement(),
                        problems);
        merged = Optional.of(into);
        plan.replicaSets().forEach(set -> targets.put(set, into.newShard()));
        readMetadata();
        source = SourceCluster.of(cluster, plan, ShardNames.same(), Set.of());
        requireWholeCluster();
        TargetFacts told = into.inspect();
        plan.replicaSets().forEach(set -> facts.put(set, told));
        plan.replicaSets().forEach(set -> found.put(set, told));
        into.follow(sources, request.to());
        openRestores(into::rules);
        return into.look(source, told, restores.stream().map(ReplicaSetRestore::needs).toList());
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

    /** The config servers' documents at the restored time, in memory; the chunks come later. */
    private void readMetadata() {
        for (EntrySource source : sources) {
            if (source.plan().isConfigServer()) {
                try (ReplicaSetRestore config =
                        restore(source, NamespaceRules.metadataOnly(), RestoreProgress.silent())) {
                    config.begin(new MemoryTarget());
                    config.loadBase(ClusterMetadata.none());
                    config.replayEntries();
                    config.apply(
                            new TransactionSearch(request, sources).decide(config.undecided()));
                    cluster = new ClusterMetadata(config.metadata());
                }
            }
        }
    }

    private void requireWholeCluster() {
        Set<String> archived = new HashSet<>();
        plan.replicaSets().forEach(set -> archived.add(set.replicaSet().name()));
        for (ClusterMetadata.ShardEntry shard : cluster.shards()) {
            if (!archived.contains(shard.replicaSet())) {
                throw new RestoreException.ArchiveDamaged(
                        "At "
                                + plan.to()
                                + " the cluster has shard '"
                                + shard.id()
                                + "' on replica set "
                                + shard.replicaSet()
                                + ", but the archive holds nothing of it: import it, or restore to"
                                + " a time before the shard was added.");
            }
        }
    }

    /**
     * Reads every object once before the first write: a damaged one is a refusal, not a restore
     * that dies half-way at 3 a.m. It costs a second read of the bucket, which is far cheaper than
     * the writes. The outcomes of transactions that are open at the restored time are looked for
     * here as well, as far behind it as they lie.
     */
    void checkObjects() {
        progress.phase(RestoreProgress.Phase.CHECK);
        Parallel.forEach(
                restores, restore -> restore.checkObjects(resumption.standing(restore.plan())));
        decisions.putAll(new TransactionSearch(request, sources).decideBeforehand());
    }

    /** From here on the targets are half restored. What they do by themselves stops. */
    void mark() {
        if (merged.isPresent()) {
            merged.get().mark("of cluster " + request.cluster() + " to " + plan.to());
            restores.forEach(restore -> restore.begin(targets.get(restore.plan())));
            return;
        }
        String description = "of cluster " + request.cluster() + " to " + plan.to();
        if (held.isEmpty()) {
            found.forEach(
                    (set, fact) ->
                            checkpoints.put(set, resumption.mark(set, targets.get(set), fact)));
        } else {
            found.forEach(
                    (set, fact) -> targets.get(set).mark(description + BackgroundWork.words(fact)));
        }
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

    private void begin(ReplicaSetRestore restore) {
        Checkpoints kept = checkpoints.get(restore.plan());
        if (kept == null) {
            restore.begin(targets.get(restore.plan()));
        } else {
            restore.begin(targets.get(restore.plan()), kept);
        }
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

    /** The report of an earlier run, if that one had only to remove its marks. */
    Optional<RestoreReport> doneBefore() {
        return resumption.report();
    }

    void loadBases() {
        progress.phase(RestoreProgress.Phase.BASE);
        Parallel.forEach(restores, restore -> restore.loadBase(cluster));
    }

    void replay() {
        progress.phase(RestoreProgress.Phase.REPLAY);
        Parallel.forEach(restores, ReplicaSetRestore::replayEntries);
    }

    void decide() {
        progress.phase(RestoreProgress.Phase.DECIDE);
        List<Chain> open = new ArrayList<>();
        restores.forEach(restore -> open.addAll(restore.undecided()));
        Set<TransactionKey> keys = new HashSet<>();
        open.forEach(chain -> keys.add(chain.key()));
        decisions.keySet().retainAll(keys);
        // What an earlier run decided stands: some shard may have gone by it already.
        resumption.decisions().forEach(decision -> decisions.put(decision.key(), decision));
        open.removeIf(chain -> decisions.containsKey(chain.key()));
        decisions.putAll(new TransactionSearch(request, sources).decide(open));
        List<Decision> made = List.copyOf(decisions.values());
        checkpoints.values().forEach(c -> c.put(c.mark().decided(made)));
        Parallel.forEach(restores, restore -> restore.apply(decisions));
    }

    void removeOrphans() {
        progress.phase(RestoreProgress.Phase.ORPHANS);
        readChunks();
        Parallel.forEach(restores, this::removeOrphans);
    }

    /** What waits aside is as replay wrote it, or the restore must not be trusted. */
    private void readChunks() {
        chunks = new ChunkTable(cluster.shardedCollections().values());
        for (ReplicaSetRestore restore : restores) {
            for (CollectionState collection : restore.replay().collections()) {
                if (collection.namespace().equals(CHUNKS)) {
                    new TargetCheck(collection.target(), problems).run(List.of(collection));
                    collection.target().scan(CHUNKS, chunks::add);
                    chunksStaged = true;
                }
            }
        }
    }

    private void removeOrphans(ReplicaSetRestore restore) {
        if (restore.standing().stage() == Stage.ORPHANS) {
            Optional<String> shard = source.shardIdOf(restore.plan());
            for (CollectionState collection : restore.replay().collections()) {
                Optional<OwnedRanges> owned =
                        shard.flatMap(id -> chunks.owned(collection.namespace(), id));
                if (owned.isPresent() && collection.target() == targets.get(restore.plan())) {
                    removeOrphans(restore, collection, owned.get());
                }
            }
            restore.checkpoint(restore.standing().at(Stage.FINISH));
        }
        restore.standing()
                .orphans()
                .forEach((namespace, removed) -> note(restore.plan(), namespace, removed));
    }

    private void removeOrphans(
            ReplicaSetRestore restore, CollectionState collection, OwnedRanges owned) {
        String namespace = collection.namespace().toString();
        long before = restore.standing().orphans().getOrDefault(namespace, 0L);
        LongConsumer progressed =
                removed -> {
                    Map<String, Long> all = new TreeMap<>(restore.standing().orphans());
                    all.put(namespace, before + removed);
                    restore.checkpoint(restore.standing().orphans(all));
                };
        OrphanRemoval removal = new OrphanRemoval(collection, owned, restore.log(), progressed);
        progressed.accept(removal.after(restore.replay().earlier()).run());
    }

    private synchronized void note(ReplicaSetPlan set, String namespace, long removed) {
        if (removed > 0) {
            orphans.put(set.replicaSet() + "/" + namespace, removed);
        }
    }

    void finishCollections() {
        progress.phase(RestoreProgress.Phase.INDEXES);
        if (merged.isPresent()) {
            land(merged.get());
            return;
        }
        Parallel.forEach(
                restores,
                restore -> {
                    RestoreTarget target = targets.get(restore.plan());
                    List<CollectionState> data =
                            restore.replay().collections().stream()
                                    .filter(c -> c.target() == target)
                                    .toList();
                    new CollectionFinish(data, problems).run();
                    boolean again =
                            Optional.ofNullable(checkpoints.get(restore.plan()))
                                    .map(Checkpoints::isResumed)
                                    .orElse(false);
                    new ViewFinish(restore.metadata(), target, problems, again).run();
                });
    }

    private void land(MergedTarget into) {
        List<MergedShard> shards = new ArrayList<>();
        for (ReplicaSetRestore restore : restores) {
            restore.replay().problems().list().forEach(problems::add);
            shards.add(
                    new MergedShard(
                            restore.plan(),
                            source.shardIdOf(restore.plan()),
                            (StagedShard) targets.get(restore.plan()),
                            List.copyOf(restore.replay().collections()),
                            restore.metadata()));
        }
        into.land(shards, cluster, chunks, warnings);
        replaced.putAll(into.replaced());
    }

    void writeMetadata() {
        progress.phase(RestoreProgress.Phase.IDENTITY);
        if (merged.isPresent()) {
            warnings.add("Users, roles and keys (admin.system.*) are not restored.");
            return;
        }
        uuids = compareUuids();
        warnings.addAll(uuids.warnings());
        targets.forEach(
                (set, target) -> {
                    if (set.isConfigServer()) {
                        metadataRestore(set, uuids.rewritten()).run();
                    } else if (found.get(set).isClusterMember()) {
                        dropRoutingCache(set, target);
                    }
                });
        if (uuids.fitTogether()) {
            new ShardIdentities(plan, targets, facts, cluster, this::newShardId, added)
                    .write(warnings);
        }
        warnings.add("Users, roles and keys (admin.system.*) are the targets' own: not restored.");
    }

    private MetadataRestore metadataRestore(ReplicaSetPlan config, Map<UUID, UUID> rewritten) {
        Map<String, String> hosts = new HashMap<>(added.hosts());
        facts.forEach(
                (set, fact) -> {
                    String host = fact.connectionString(set.replicaSet().name());
                    newShardId(set).ifPresent(id -> hosts.put(id, host));
                });
        return new MetadataRestore(
                cluster,
                targets.get(config),
                facts.get(config),
                chunksStaged,
                rewritten,
                source.names(),
                hosts,
                added.documents(cluster.documents("shards").stream().findFirst()));
    }

    /** The shard's id in the restored cluster. */
    private Optional<String> newShardId(ReplicaSetPlan set) {
        return source.shardIdOf(set).map(source.names()::of);
    }

    /** Stale after the restore: a shard reads it anew from the config servers. */
    private static void dropRoutingCache(ReplicaSetPlan set, RestoreTarget target) {
        for (Namespace namespace : target.inspect().collections()) {
            boolean cache =
                    namespace.database().equals("config")
                            && namespace.collection().startsWith("cache.");
            if (cache) {
                target.drop(namespace);
            }
        }
    }

    private CollectionUuids compareUuids() {
        CollectionUuids compared = new CollectionUuids(chunks);
        for (ReplicaSetRestore restore : restores) {
            restore.replay().collections().stream()
                    .filter(c -> c.target() == targets.get(restore.plan()))
                    .forEach(compared::see);
        }
        return compared;
    }

    RestoreReport verify() {
        progress.phase(RestoreProgress.Phase.VERIFY);
        Map<String, ReplicaSetReport> reports = new ConcurrentSkipListMap<>();
        Parallel.forEach(
                restores,
                restore -> reports.put(restore.plan().replicaSet().name(), verify(restore)));
        List<String> found = new ArrayList<>(problems.list());
        if (merged.isEmpty()) {
            restores.forEach(restore -> found.addAll(restore.replay().problems().list()));
        }
        merged.ifPresent(
                into ->
                        reports.put(
                                RestoreRequest.MERGED,
                                new ReplicaSetReport(0, 0, 0, into.collections())));
        return new RestoreReport(
                plan.to().toString(),
                request.safety().policy().code(),
                forced,
                reports,
                decisions.values().stream().map(RestoreRun::report).toList(),
                orphans.values().stream().mapToLong(Long::longValue).sum(),
                orphans,
                found.isEmpty(),
                merged.isEmpty() && uuids.areKept(),
                replaced,
                merged.map(MergedTarget::rollback).orElse(List.of()),
                warnings,
                found,
                (System.nanoTime() - startedNanos) / 1e9);
    }

    private ReplicaSetReport verify(ReplicaSetRestore restore) {
        Map<String, CollectionReport> collections =
                merged.isPresent() ? Map.of() : verifiedCollections(restore);
        return new ReplicaSetReport(
                restore.replay().entriesRead(),
                restore.replay().entriesApplied(),
                restore.standing().baseDocuments(),
                collections);
    }

    private Map<String, CollectionReport> verifiedCollections(ReplicaSetRestore restore) {
        RestoreTarget target = targets.get(restore.plan());
        TargetCheck check = new TargetCheck(target, problems);
        Map<String, CollectionReport> collections = check.run(restore.replay().collections());
        Set<Namespace> known = new HashSet<>();
        collections.keySet().forEach(name -> known.add(Namespace.of(name)));
        TargetFacts now = target.inspect();
        if (restore.plan().isConfigServer()) {
            metadataRestore(restore.plan(), Map.of()).written().stream()
                    .filter(now.collections()::contains)
                    .forEach(ns -> collections.put(ns.toString(), check.read(ns)));
        }
        new StrangerCheck(restore, known).run(now, problems);
        return collections;
    }

    static TransactionReport report(Decision decision) {
        return new TransactionReport(
                decision.key().toString(),
                decision.commitTimestamp().map(Object::toString).orElse(""),
                decision.outcome().name().toLowerCase(java.util.Locale.ROOT),
                decision.decidedBy());
    }

    /** Whether a restore that must not be trusted leaves its mark. */
    boolean leavesMark() {
        return merged.isEmpty();
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
        found.forEach((set, fact) -> background.stopped(targets.get(set), fact));
        finish();
    }

    private void finish() {
        if (held.isEmpty()) {
            background.resume();
        } else {
            // The metadata are a restored cluster's: its balancer is stopped.
            background.resumeExpiry();
        }
        if (merged.isPresent()) {
            return;
        }
        targets.values().forEach(RestoreTarget::unmark);
    }

    @Override
    public void close() {
        restores.forEach(ReplicaSetRestore::close);
        background.resumeExpiry();
        targets.values().forEach(RestoreTarget::close);
        added.close();
        merged.ifPresent(MergedTarget::close);
    }
}
