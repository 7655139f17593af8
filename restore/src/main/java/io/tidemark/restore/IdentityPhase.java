package io.tidemark.restore;

import io.tidemark.restore.config.MetadataRestore;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.model.Namespace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Tells the targets which cluster they are: the config database, and who is which shard. */
final class IdentityPhase {
    private final RestorePlan plan;
    private final RestoreTargets targets;
    private final OrphanPhase orphans;
    private CollectionUuids uuids;

    IdentityPhase(RestorePlan plan, RestoreTargets targets, OrphanPhase orphans) {
        this.plan = plan;
        this.targets = targets;
        this.orphans = orphans;
        this.uuids = new CollectionUuids(orphans.chunks());
    }

    /** False where targets gave collections UUIDs of their own. */
    boolean keptUuids() {
        return uuids.areKept();
    }

    /** The namespaces of the config database that are written. */
    List<Namespace> written(ReplicaSetPlan config) {
        return List.copyOf(metadataRestore(config, Map.of()).written());
    }

    /** What the operator must know is added to {@code warnings}. */
    void run(List<String> warnings) {
        uuids = compareUuids();
        warnings.addAll(uuids.warnings());
        for (ReplicaSetPlan set : plan.replicaSets()) {
            if (set.isConfigServer()) {
                metadataRestore(set, uuids.rewritten()).run();
            } else if (targets.wasMember(set)) {
                dropRoutingCache(targets.of(set));
            }
        }
        if (uuids.fitTogether()) {
            new ShardIdentities(
                            plan,
                            targets::of,
                            targets.facts(),
                            targets.cluster(),
                            this::newShardId,
                            targets.added())
                    .write(warnings);
        }
    }

    /** Writes what of the config database is restored. */
    private MetadataRestore metadataRestore(ReplicaSetPlan config, Map<UUID, UUID> rewritten) {
        Map<String, String> hosts = new HashMap<>(targets.added().hosts());
        targets.facts()
                .forEach(
                        (set, fact) -> {
                            String host = fact.connectionString(set.replicaSet().name());
                            newShardId(set).ifPresent(id -> hosts.put(id, host));
                        });
        return new MetadataRestore(
                targets.cluster(),
                targets.of(config),
                targets.facts().get(config),
                orphans.areChunksStaged(),
                rewritten,
                targets.source().names(),
                hosts,
                targets.added()
                        .documents(targets.cluster().documents("shards").stream().findFirst()));
    }

    /** The shard's id in the restored cluster. */
    private Optional<String> newShardId(ReplicaSetPlan set) {
        return targets.source().shardIdOf(set).map(targets.source().names()::of);
    }

    /** Stale after the restore: a shard reads it anew from the config servers. */
    private static void dropRoutingCache(RestoreTarget target) {
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
        CollectionUuids compared = new CollectionUuids(orphans.chunks());
        for (ReplicaSetRestore restore : targets.restores()) {
            restore.data().forEach(compared::see);
        }
        return compared;
    }
}
