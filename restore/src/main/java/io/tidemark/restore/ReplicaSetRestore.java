package io.tidemark.restore;

import io.tidemark.restore.checkpoint.CheckpointTimer;
import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.Reconciliation;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.external.Adoption;
import io.tidemark.restore.external.UuidCheck;
import io.tidemark.restore.fetch.BaseLoad;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.readahead.ReadAhead;
import io.tidemark.restore.replay.EarlierWrites;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.restore.replay.ReplayState;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.restore.replay.WriteLog;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.restore.replay.transaction.Chain;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.replay.transaction.EntryLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BaseReader;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One replica set's way to the restored time: base, entries, decided transactions. */
final class ReplicaSetRestore implements AutoCloseable {
    private static final int ENTRIES_PER_WORD = 5_000;

    private final RestoreRequest request;
    private final RestoreOptions options;
    private final EntrySource source;
    private final NamespaceRules rules;
    private final Optional<BaseManifest> base;
    private final MemoryTarget metadata = new MemoryTarget();
    private final DocumentHashes written;
    private final RestoreProgress progress;
    private final Optional<RestoreTarget> holder;
    private volatile EntryLookup lookup;
    private Optional<ReplayStart> told = Optional.empty();
    private WriteLog log = WriteLog.NONE;
    private ShardReplay replay;
    private CheckpointTimer checkpoints;
    private ClusterTime first;
    private Optional<ClusterTime> position = Optional.empty();

    ReplicaSetRestore(
            RestoreRequest request,
            RestoreOptions options,
            EntrySource source,
            NamespaceRules rules,
            DocumentHashes written,
            RestoreProgress progress) {
        this(
                request,
                options,
                source,
                rules,
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
            DocumentHashes written,
            RestoreProgress progress,
            Optional<BaseManifest> base,
            Optional<RestoreTarget> holder) {
        this.request = request;
        this.options = options;
        this.source = source;
        this.lookup = source;
        this.first = request.to();
        this.base = base;
        this.holder = holder;
        this.rules = rules;
        this.written = written;
        this.progress = progress;
    }

    /** Into memory, where nobody goes on. */
    void begin(ReplayTarget target) {
        replay = replay(target);
        checkpoints = CheckpointTimer.none(replay, Standing.begin(plan().replayAfter()));
    }

    /** Into a target whose mark is there; from where it says. */
    void begin(RestoreTarget target, Checkpoints kept) {
        log = kept;
        replay = replay(target);
        checkpoints = new CheckpointTimer(replay, kept, options.checkpoints());
        if (kept.isResumed()) {
            resume(kept);
        }
    }

    private ShardReplay replay(ReplayTarget target) {
        return new ShardReplay(
                start(), target, metadata, at -> lookup.entry(at), options, written, log);
    }

    /**
     * Known without a base.
     *
     * @param begun the time that the standby begins with
     */
    void standsOn(ReplayStart start, ClusterTime begun) {
        told = Optional.of(start);
        first = begun;
    }

    /**
     * As a part of a standby.
     *
     * @param begun the first time that the standby can be promoted to with it
     */
    void beginsAt(ClusterTime begun) {
        first = begun;
    }

    /** The cluster's metadata in memory, from a checkpoint on. */
    void beginFrom(Standing standing, ReplayState state) {
        replay = replay(new MemoryTarget());
        replay.resume(state.heldInMemory(), Set.of(), new EarlierWrites());
        // Nothing is to be taken away from memory.
        boolean known = standing.stage() == Stage.STRIP;
        checkpoints = CheckpointTimer.none(replay, known ? standing.at(Stage.REPLAY) : standing);
    }

    private void resume(Checkpoints kept) {
        Checkpoints.Found found = kept.read();
        if (kept.place().shared() && kept.standing().stage() == Stage.FINISH) {
            // What has changed since is told by the log of the shards that are put together.
            replay.resume(found.state(), Set.of(), found.writes());
            return;
        }
        Reconciliation names = new Reconciliation(kept.target(), found.collections(), kept);
        ReplayState state = names.run(found.state());
        boolean loading = kept.standing().stage() == Stage.BASE;
        // While a base is loaded nothing is dropped but what begins again.
        replay.resume(state, loading ? Set.of() : names.doomed(), found.writes());
    }

    /** What replay stands on. */
    ReplayStart start() {
        if (told.isPresent()) {
            return told.get();
        }
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

    /** Is told what is written. */
    WriteLog log() {
        return log;
    }

    /** Where it stands by its last checkpoint. */
    Standing standing() {
        return checkpoints.standing();
    }

    SourceNeeds needs() {
        return SourceNeeds.of(base, this::isRestored);
    }

    private boolean isRestored(BaseCollection collection) {
        return rules.of(collection.namespace()) != NamespaceRules.Route.SKIP;
    }

    /**
     * Reads every object that this restore will read, before anything is written.
     *
     * @param from where it stands
     */
    void checkObjects(Standing from) {
        source.verifyBytes(from.readAfter(), request.to());
        if (from.stage() == Stage.BASE) {
            holder.ifPresent(this::checkUuids);
        }
        BaseReader reader = new BaseReader(request.bucket(), request.keys());
        if (base.isEmpty() || from.stage() != Stage.BASE) {
            return;
        }
        for (BaseCollection collection : base.get().collections()) {
            int parts = isRestored(collection) ? collection.parts().size() : 0;
            for (int part = 0; part < parts; part++) {
                reader.verifyBytes(base.get(), collection, part);
            }
        }
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
            takeHeldBase(new Adoption(replay, holder.get(), metadata));
        }
        if (standing().stage() != Stage.BASE) {
            return;
        }
        if (base.isPresent()) {
            BaseReader reader = new BaseReader(request.bucket(), request.keys());
            BaseLoad load = new BaseLoad(replay, reader, base.get());
            if (checkpoints.isFirst()) {
                load.create(cluster);
                checkpoints.save(standing());
            } else {
                load.createdBefore();
            }
            load.documents(standing().parts(), standing().baseDocuments(), this::loaded);
        }
        checkpoints.save(standing().at(Stage.REPLAY));
    }

    private void takeHeldBase(Adoption adoption) {
        if (standing().stage() == Stage.BASE) {
            adoption.read(
                    standing().parts(),
                    standing().baseDocuments(),
                    count -> progress.baseLoaded(plan().replicaSet(), count),
                    this::loaded);
            checkpoints.save(standing().at(Stage.STRIP));
        }
        if (standing().stage() == Stage.STRIP) {
            adoption.strip();
            checkpoints.save(standing().at(Stage.REPLAY));
        }
    }

    private void loaded(int parts, long documents, boolean settled) {
        progress.baseLoaded(plan().replicaSet(), documents);
        checkpoints.reached(standing -> standing.loaded(parts, documents));
        if (settled && checkpoints.isTime()) {
            checkpoints.save(standing());
        }
    }

    /** Replays up to and including the restored time. */
    void replayEntries() {
        replayEntries(request.to());
    }

    private void replayEntries(ClusterTime to) {
        Standing from = standing();
        if (from.stage() != Stage.REPLAY) {
            return;
        }
        try (EntryStream stream = source.read(from.readAfter(), to);
                ReadAhead<OplogEntry> entries =
                        ReadAhead.of(
                                "restore-" + plan().replicaSet() + "-read",
                                stream,
                                entry -> entry.raw().sizeBytes())) {
            while (entries.hasNext()) {
                OplogEntry entry = entries.next();
                if (entry.clusterTime().isAfter(from.applied())) {
                    apply(entry);
                } else {
                    replay.again(entry);
                }
            }
        }
        replay.await();
        position = Optional.of(to);
        if (from.applied().isBefore(to)) {
            checkpoints.save(applied(to));
        }
        progress.replayed(plan().replicaSet(), replay.entriesRead(), to);
    }

    /** Entries after this time are still to be applied. */
    ClusterTime position() {
        return position.orElse(standing().applied());
    }

    /** Whether this run has applied entries, or begun to. */
    boolean isWarm() {
        return position.isPresent();
    }

    /** Entries after this time are still of use: transactions that are open began with them. */
    ClusterTime readFrom() {
        if (position.isEmpty()) {
            return standing().readAfter();
        }
        return applied(position.get()).readAfter();
    }

    /** No entry after this time was applied by this run or an earlier one. */
    ClusterTime through() {
        return standing().through();
    }

    /** Entries of open transactions are looked up here from now on. */
    void lookUpIn(EntryLookup oplog) {
        lookup = oplog;
    }

    /**
     * Goes on with entries behind what was read before.
     *
     * @param entries after {@link #position}, or after {@link #readFrom} if none were applied by
     *     this run yet, up to and including {@code to}
     * @param to at or after {@link #through} unless this run has met all of an earlier one's
     * @param control says when to end before; not asked up to the time that the standby began with,
     *     whose members it has
     * @return up to where entries are applied now
     */
    ClusterTime follow(Iterator<OplogEntry> entries, ClusterTime to, FollowControl control) {
        Standing from = standing();
        boolean anew = position.isEmpty();
        if (!from.through().equals(to)) {
            checkpoints.bound(to);
        }
        ClusterTime reached = position();
        boolean cut = false;
        while (!cut && entries.hasNext()) {
            OplogEntry entry = entries.next();
            if (anew && !entry.clusterTime().isAfter(from.applied())) {
                replay.again(entry);
            } else if (entry.clusterTime().isAfter(first) && control.endsBefore(plan(), entry)) {
                cut = true;
                reached = ClusterTime.max(reached, entry.clusterTime().previous());
            } else {
                apply(entry);
                reached = entry.clusterTime();
                cut = control.isStopped();
            }
        }
        followed(cut ? reached : to, cut && control.isStopped());
        return position();
    }

    /**
     * What an earlier run did is met again at the end of a round, and not where one was stopped.
     */
    private void followed(ClusterTime reached, boolean stopped) {
        replay.await();
        position = Optional.of(reached);
        progress.replayed(plan().replicaSet(), replay.entriesRead(), reached);
        boolean met = !replay.repeats() || !stopped;
        if (met && (replay.repeats() || checkpoints.isTime())) {
            checkpoint();
        }
    }

    /**
     * A checkpoint here: nothing after it is in the target. None while what an earlier run may have
     * done has not all been met again.
     */
    void pause() {
        if (!replay.repeats() && isWarm()) {
            checkpoint();
        }
    }

    private void checkpoint() {
        boolean whole = !position().isBefore(first);
        ClusterTime through = whole ? position() : standing().through();
        checkpoints.save(applied(position()).through(through));
    }

    /** The same if it is time for one. */
    void pauseIfTime() {
        if (checkpoints.isTime() && standing().applied().isBefore(position())) {
            pause();
        }
    }

    private void apply(OplogEntry entry) {
        boolean alone = ShardReplay.convertsToCapped(entry);
        if (alone) {
            checkpoints.save(applied(entry.clusterTime().previous()));
        }
        replay.apply(entry);
        if (alone || checkpoints.isDue()) {
            checkpoints.save(applied(entry.clusterTime()));
        }
        if (replay.entriesRead() % ENTRIES_PER_WORD == 0) {
            progress.replayed(plan().replicaSet(), replay.entriesRead(), entry.clusterTime());
        }
    }

    private Standing applied(ClusterTime at) {
        ClusterTime readAfter =
                replay.oldestOpen().map(first -> first.clusterTime().previous()).orElse(at);
        return standing().applied(at, ClusterTime.min(readAfter, at));
    }

    /** Transactions prepared at the restored time without outcome. */
    List<Chain> undecided() {
        return replay.undecided();
    }

    /** Applies those that are in; no entry up to the restored time can touch their documents. */
    void apply(Map<TransactionKey, Decision> decisions) {
        if (standing().stage() != Stage.REPLAY) {
            return;
        }
        for (Chain chain : undecided()) {
            if (decisions.get(chain.key()).isIn()) {
                replay.applyChain(chain);
            }
        }
        replay.finish();
        checkpoints.save(standing().at(Stage.ORPHANS));
    }

    /** Makes a checkpoint if it is time for one, or if the stage ends. */
    void checkpoint(Standing now) {
        boolean stageEnds = now.stage() != standing().stage();
        if (stageEnds || !replay.repeats() && checkpoints.isTime()) {
            checkpoints.save(now);
        } else {
            checkpoints.reached(standing -> now);
        }
    }

    @Override
    public void close() {
        if (replay != null) {
            replay.close();
        }
    }
}
