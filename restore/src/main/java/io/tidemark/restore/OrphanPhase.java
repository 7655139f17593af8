package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.config.ChunkTable;
import io.tidemark.restore.orphans.OrphanRemoval;
import io.tidemark.restore.orphans.OwnedRanges;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.verify.TargetCheck;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Removes what shards hold and other shards own, by the chunks at the restored time. */
final class OrphanPhase {
    private static final Namespace CHUNKS = Namespace.of("config.chunks");

    private final RestoreTargets targets;
    private final Problems problems;
    private final Map<String, Long> orphans = new TreeMap<>();
    private ChunkTable chunks = new ChunkTable(List.of());
    private boolean staged;

    OrphanPhase(RestoreTargets targets, Problems problems) {
        this.targets = targets;
        this.problems = problems;
    }

    void run() {
        readChunks();
        Parallel.forEach(targets.restores(), this::removeOrphans);
    }

    /** The chunks at the restored time. */
    ChunkTable chunks() {
        return chunks;
    }

    /** Whether chunks wait aside in the config servers' target. */
    boolean areChunksStaged() {
        return staged;
    }

    /** How many were removed, by replica set and namespace. */
    Map<String, Long> removed() {
        return orphans;
    }

    /** What waits aside is as replay wrote it, or the restore must not be trusted. */
    private void readChunks() {
        chunks = new ChunkTable(targets.cluster().shardedCollections().values());
        for (ReplicaSetRestore restore : targets.restores()) {
            for (CollectionState collection : restore.replay().collections()) {
                if (collection.namespace().equals(CHUNKS)) {
                    new TargetCheck(collection.target(), problems).run(List.of(collection));
                    collection.target().scan(CHUNKS, chunks::add);
                    staged = true;
                }
            }
        }
    }

    private void removeOrphans(ReplicaSetRestore restore) {
        if (restore.standing().stage() == Stage.ORPHANS) {
            Optional<String> shard = targets.source().shardIdOf(restore.plan());
            for (CollectionState collection : restore.data()) {
                Optional<OwnedRanges> owned =
                        shard.flatMap(id -> chunks.owned(collection.namespace(), id));
                if (owned.isPresent()) {
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
}
