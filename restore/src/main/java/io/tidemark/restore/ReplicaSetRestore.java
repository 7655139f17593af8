package io.tidemark.restore;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.external.Adoption;
import io.tidemark.restore.external.UuidCheck;
import io.tidemark.restore.fetch.BaseLoad;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.fetch.ReadAhead;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.verify.DocumentHashes;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BaseReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One replica set's way to the restored time: base, entries, decided transactions. */
final class ReplicaSetRestore implements AutoCloseable {
    private static final int ENTRIES_PER_WORD = 5_000;

    private final RestoreRequest request;
    private final EntrySource source;
    private final Optional<BaseManifest> base;
    private final MemoryTarget metadata = new MemoryTarget();
    private final ShardReplay replay;
    private final RestoreProgress progress;
    private final Optional<RestoreTarget> holder;
    private long baseDocuments;

    ReplicaSetRestore(
            RestoreRequest request,
            RestoreOptions options,
            EntrySource source,
            NamespaceRules rules,
            ReplayTarget target,
            DocumentHashes written,
            RestoreProgress progress) {
        this(
                request,
                options,
                source,
                rules,
                target,
                written,
                progress,
                source.plan().base().map(place -> BaseManifest.read(request.bucket(), place)),
                Optional.empty());
    }

    /**
     * @param base that is loaded, or lies in {@code holder}
     * @param holder the target that holds the base already
     */
    ReplicaSetRestore(
            RestoreRequest request,
            RestoreOptions options,
            EntrySource source,
            NamespaceRules rules,
            ReplayTarget target,
            DocumentHashes written,
            RestoreProgress progress,
            Optional<BaseManifest> base,
            Optional<RestoreTarget> holder) {
        this.request = request;
        this.source = source;
        this.base = base;
        this.holder = holder;
        this.progress = progress;
        this.replay = new ShardReplay(start(rules), target, metadata, source, options, written);
    }

    private ReplayStart start(NamespaceRules rules) {
        if (base.isEmpty()) {
            return ReplayStart.birth(plan().replicaSet(), rules);
        }
        BaseManifest manifest = base.get();
        boolean nameless = manifest.collections().stream().anyMatch(c -> !c.uuidKnown());
        return new ReplayStart(
                plan().replicaSet(),
                rules,
                manifest.replayFrom(),
                manifest.usableFrom(),
                nameless || manifest.method() == BaseMethod.IMPORT);
    }

    ReplicaSetPlan plan() {
        return source.plan();
    }

    EntrySource source() {
        return source;
    }

    ShardReplay replay() {
        return replay;
    }

    /** What is not written during replay: views, and the cluster's metadata. */
    MemoryTarget metadata() {
        return metadata;
    }

    long baseDocuments() {
        return baseDocuments;
    }

    SourceNeeds needs() {
        return SourceNeeds.of(base, this::isRestored);
    }

    private boolean isRestored(BaseCollection collection) {
        return replay.routeOf(collection.namespace()) != NamespaceRules.Route.SKIP;
    }

    /** Reads every object that this restore will read, before anything is written. */
    void checkObjects() {
        source.verifyBytes(request.to());
        holder.ifPresent(this::checkUuids);
        BaseReader reader = new BaseReader(request.bucket(), request.keys());
        base.ifPresent(
                manifest -> {
                    for (BaseCollection collection : manifest.collections()) {
                        int parts = isRestored(collection) ? collection.parts().size() : 0;
                        for (int part = 0; part < parts; part++) {
                            reader.verifyBytes(manifest, collection, part);
                        }
                    }
                });
    }

    private void checkUuids(RestoreTarget held) {
        UuidCheck check =
                new UuidCheck(
                        plan().replicaSet(),
                        plan().isConfigServer()
                                ? NamespaceRules.configServer()
                                : NamespaceRules.shard(),
                        base.orElseThrow().usableFrom(),
                        held.held());
        try (EntryStream entries = source.read(plan().replayAfter(), request.to())) {
            check.run(entries);
        }
    }

    /**
     * Loads the base, if there is one.
     *
     * @param cluster tells the UUIDs of sharded collections, for bases that don't
     */
    void loadBase(ClusterMetadata cluster) {
        if (holder.isPresent()) {
            baseDocuments =
                    new Adoption(replay, holder.get())
                            .run(count -> progress.baseLoaded(plan().replicaSet(), count));
            return;
        }
        if (base.isPresent()) {
            BaseReader reader = new BaseReader(request.bucket(), request.keys());
            BaseLoad load = new BaseLoad(replay, reader, base.get());
            load.create(cluster);
            baseDocuments =
                    load.documents(count -> progress.baseLoaded(plan().replicaSet(), count));
        }
    }

    /** Replays up to and including the restored time. */
    void replayEntries() {
        long read = 0;
        try (EntryStream stream = source.read(plan().replayAfter(), request.to());
                ReadAhead<OplogEntry> entries =
                        ReadAhead.of(
                                "restore-" + plan().replicaSet() + "-read",
                                stream,
                                entry -> entry.raw().sizeBytes())) {
            while (entries.hasNext()) {
                OplogEntry entry = entries.next();
                replay.apply(entry);
                if (++read % ENTRIES_PER_WORD == 0) {
                    progress.replayed(plan().replicaSet(), read, entry.clusterTime());
                }
            }
        }
        replay.await();
        progress.replayed(plan().replicaSet(), read, request.to());
    }

    /** Transactions prepared at the restored time without outcome. */
    List<Chain> undecided() {
        return replay.undecided();
    }

    /** Applies those that are in; no entry up to the restored time can touch their documents. */
    void apply(Map<TransactionKey, Decision> decisions) {
        for (Chain chain : undecided()) {
            if (decisions.get(chain.key()).isIn()) {
                replay.applyChain(chain);
            }
        }
        replay.finish();
    }

    @Override
    public void close() {
        replay.close();
    }
}
