package io.tidemark.restore;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells replica sets that belong to no cluster yet which shard they are and where their config
 * servers are (MongoDB manual, "Restore a Self-Managed Sharded Cluster"): the documents {@code
 * shardIdentity} of {@code admin.system.version}. A cluster that runs keeps its own.
 */
final class ShardIdentities {
    private static final Namespace VERSION = Namespace.of("admin.system.version");

    private final RestorePlan plan;
    private final Function<ReplicaSetPlan, RestoreTarget> targets;
    private final Map<ReplicaSetPlan, TargetFacts> facts;
    private final ClusterMetadata cluster;
    private final Function<ReplicaSetPlan, Optional<String>> shardId;
    private final AddedShards added;

    ShardIdentities(
            RestorePlan plan,
            Function<ReplicaSetPlan, RestoreTarget> targets,
            Map<ReplicaSetPlan, TargetFacts> facts,
            ClusterMetadata cluster,
            Function<ReplicaSetPlan, Optional<String>> shardId,
            AddedShards added) {
        this.plan = plan;
        this.targets = targets;
        this.facts = facts;
        this.cluster = cluster;
        this.shardId = shardId;
        this.added = added;
    }

    /** What the operator must know is added to {@code warnings}. */
    void write(List<String> warnings) {
        if (plan.configServers().isEmpty()) {
            return;
        }
        if (facts.values().stream().anyMatch(TargetFacts::isClusterMember)) {
            warnings.add(
                    "Run flushRouterConfig on every mongos of the cluster, or restart them: they"
                            + " remember chunks that are no more.");
            return;
        }
        warnings.add("The balancer is stopped in the restored cluster: start it when all is well.");
        Optional<RawElement> clusterId =
                cluster.documents("version").stream()
                        .findFirst()
                        .flatMap(version -> version.find("clusterId"));
        if (!areReplicaSets()) {
            warnings.add(noCluster("not all of them are replica sets."));
        } else if (clusterId.isEmpty()) {
            warnings.add(noCluster("config.version in the archive tells no clusterId."));
        } else {
            writeAll(clusterId.get(), plan.configServers().get());
            warnings.add(
                    "The targets know each other as a cluster now. Restart them as such"
                            + " (clusterRole) if they run as plain replica sets, and start a"
                            + " mongos.");
        }
    }

    private boolean areReplicaSets() {
        return facts.values().stream().allMatch(fact -> fact.setName().isPresent())
                && added.facts().stream().allMatch(fact -> fact.setName().isPresent());
    }

    private static String noCluster(String because) {
        return "The targets belong to no sharded cluster yet: config.shards names them, but no"
                + " shardIdentity was written into admin.system.version, because "
                + because;
    }

    private void writeAll(RawElement clusterId, ReplicaSetPlan configServers) {
        String config =
                facts.get(configServers).connectionString(configServers.replicaSet().name());
        facts.forEach(
                (set, fact) -> {
                    if (!set.isConfigServer()) {
                        shardId.apply(set)
                                .ifPresent(
                                        id ->
                                                write(
                                                        targets.apply(set),
                                                        fact,
                                                        id,
                                                        clusterId,
                                                        config));
                    }
                });
        added.forEach((id, target, fact) -> write(target, fact, id, clusterId, config));
    }

    private static void write(
            RestoreTarget target,
            TargetFacts fact,
            String id,
            RawElement clusterId,
            String config) {
        if (!fact.collections().contains(VERSION)) {
            target.create(VERSION, Optional.empty(), document(new RawDocumentBuilder()));
        }
        RawDocument identity =
                document(
                        new RawDocumentBuilder()
                                .appendString("_id", "shardIdentity")
                                .appendString("shardName", id)
                                .append("clusterId", clusterId)
                                .appendString("configsvrConnectionString", config));
        RawDocument recovery =
                document(new RawDocumentBuilder().appendString("_id", "minOpTimeRecovery"));
        target.write(
                VERSION,
                List.of(
                        new DocumentWrite.Delete(DocumentId.ofDocument(recovery)),
                        new DocumentWrite.Put(DocumentId.ofDocument(identity), identity, true)));
    }

    private static RawDocument document(RawDocumentBuilder builder) {
        return RawDocument.of(builder.build());
    }
}
