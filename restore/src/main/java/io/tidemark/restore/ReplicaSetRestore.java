package io.tidemark.restore;

import io.tidemark.restore.checkpoint.CheckpointTimer;
import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.Reconciliation;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.external.Adoption;
import io.tidemark.restore.fetch.BaseLoad;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.EarlierWrites;
import io.tidemark.restore.replay.MemoryTarget;
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
import io.tidemark.storage.base.BaseManifest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One replica set's way to the restored time: base, entries, decided transactions. */
final class ReplicaSetRestore implements AutoCloseable {
    private final SetBase base;
    private final ClusterTime first;
    private final RestoreOptions options;
    private final MemoryTarget metadata = new MemoryTarget();
    private final DocumentHashes written;
    private final RestoreProgress progress;
    private volatile EntryLookup lookup;
    private WriteLog log = WriteLog.NONE;
    private ReplayTarget target;
    private ShardReplay replay;
    private CheckpointTimer checkpoints;
    private OplogReplay oplog;

    /**
     * @param first the first time that is of use: the restored one, or the first that a standby can
     *     be promoted to with this replica set
     */
    ReplicaSetRestore(
            SetBase base,
            ClusterTime first,
            RestoreOptions options,
            DocumentHashes written,
            RestoreProgress progress) {
        this.base = base;
        this.first = first;
        this.options = options;
        this.written = written;
        this.progress = progress;
        this.lookup = base.source();
    }

    /** Into memory, where nobody goes on. */
    void begin(MemoryTarget memory) {
        replayInto(memory);
        checkpointBy(CheckpointTimer.none(replay, Standing.begin(plan().replayAfter())));
    }

    /** Into a target whose mark is there; from where it says. */
    void begin(ReplayTarget into, Checkpoints kept) {
        log = kept;
        replayInto(into);
        checkpointBy(new CheckpointTimer(replay, kept, options.checkpoints()));
        if (kept.isResumed()) {
            resume(kept);
        }
    }

    /** The cluster's metadata in memory, from a checkpoint on. */
    void beginFrom(Standing standing, ReplayState state) {
        replayInto(new MemoryTarget());
        replay.resume(state.heldInMemory(), Set.of(), new EarlierWrites());
        // Nothing is to be taken away from memory.
        boolean known = standing.stage() == Stage.STRIP;
        checkpointBy(CheckpointTimer.none(replay, known ? standing.at(Stage.REPLAY) : standing));
    }

    private void replayInto(ReplayTarget into) {
        target = into;
        replay =
                new ShardReplay(
                        base.start(),
                        into,
                        metadata,
                        at -> lookup.entry(at),
                        options,
                        written,
                        log);
    }

    private void checkpointBy(CheckpointTimer timer) {
        checkpoints = timer;
        oplog = new OplogReplay(base.source(), replay, timer, progress, first);
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

    ReplicaSetPlan plan() {
        return base.plan();
    }

    /** What it stands on. */
    SetBase base() {
        return base;
    }

    ShardReplay replay() {
        return replay;
    }

    /** Its way along the oplog. */
    OplogReplay oplog() {
        return oplog;
    }

    /** The collections that are in the target, not beside them or in memory. */
    List<CollectionState> data() {
        return replay.collections().stream().filter(c -> c.target() == target).toList();
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

    /**
     * Loads the base, if there is one.
     *
     * @param cluster tells the UUIDs of sharded collections, for bases that don't
     */
    void loadBase(ClusterMetadata cluster) {
        base.holder().ifPresent(held -> adopt(new Adoption(replay, held, metadata)));
        if (standing().stage() == Stage.BASE) {
            base.manifest().ifPresent(manifest -> load(manifest, cluster));
            checkpoints.save(standing().at(Stage.REPLAY));
        }
    }

    private void load(BaseManifest manifest, ClusterMetadata cluster) {
        BaseLoad load = new BaseLoad(replay, base.reader(), manifest);
        if (checkpoints.isFirst()) {
            load.create(cluster);
            checkpoints.save(standing());
        } else {
            load.createdBefore();
        }
        load.documents(standing().parts(), standing().baseDocuments(), this::loaded);
    }

    private void adopt(Adoption held) {
        if (standing().stage() == Stage.BASE) {
            held.read(
                    standing().parts(),
                    standing().baseDocuments(),
                    count -> progress.baseLoaded(plan().replicaSet(), count),
                    this::loaded);
            checkpoints.save(standing().at(Stage.STRIP));
        }
        if (standing().stage() == Stage.STRIP) {
            held.strip();
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

    /** Entries of open transactions are looked up here from now on. */
    void lookUpIn(EntryLookup entries) {
        lookup = entries;
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
