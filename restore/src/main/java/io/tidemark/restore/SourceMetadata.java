package io.tidemark.restore;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.plan.RestorePlan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The documents of the config servers at the restored time, in memory; the chunks come later. */
final class SourceMetadata {
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final List<EntrySource> sources;
    private final Function<EntrySource, ReplicaSetRestore> inMemory;

    /**
     * @param inMemory restores what is read before anything is written; its base is loaded
     */
    SourceMetadata(
            RestoreRequest request,
            RestorePlan plan,
            List<EntrySource> sources,
            Function<EntrySource, ReplicaSetRestore> inMemory) {
        this.request = request;
        this.plan = plan;
        this.sources = sources;
        this.inMemory = inMemory;
    }

    ClusterMetadata read() {
        ClusterMetadata cluster = ClusterMetadata.none();
        for (EntrySource source : sources) {
            if (source.plan().isConfigServer()) {
                cluster = read(source);
            }
        }
        return cluster;
    }

    private ClusterMetadata read(EntrySource source) {
        try (ReplicaSetRestore config = inMemory.apply(source)) {
            config.oplog().run(request.to());
            config.apply(new TransactionSearch(request, sources).decide(config.undecided()));
            return new ClusterMetadata(config.metadata());
        }
    }

    /**
     * @throws RestoreException.ArchiveDamaged if the archive lacks a shard
     */
    void requireWhole(ClusterMetadata cluster) {
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
                                + ", but by the archive that set is no member then: either it"
                                + " joined in a gap of the config servers' oplog, or nothing of it"
                                + " was captured. Nothing was written. Restore to a time before the"
                                + " shard was added, or import it.");
            }
        }
    }
}
