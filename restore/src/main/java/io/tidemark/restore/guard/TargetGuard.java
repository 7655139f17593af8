package io.tidemark.restore.guard;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.plan.ReplicaSetPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Decides whether one replica set may be restored into one target. */
public final class TargetGuard {
    private static final int EXAMPLES = 5;
    private final ClusterMetadata metadata;

    /**
     * @param metadata the source cluster's, as of the restored time
     */
    public TargetGuard(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    /**
     * @param baseVersion the server version that the base was taken from; empty if unknown
     * @throws RestoreException.TargetRefused with every reason at once
     */
    public void check(ReplicaSetPlan plan, TargetFacts target, String baseVersion) {
        List<String> reasons = new ArrayList<>();
        target.unfinished()
                .ifPresent(
                        mark ->
                                reasons.add(
                                        "an earlier restore ("
                                                + mark
                                                + ") began here and did not end, so what it holds"
                                                + " is half done. Drop its user databases and the"
                                                + " database "
                                                + TargetFacts.MARK_DATABASE
                                                + ", then restore again"));
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary");
        }
        if (target.unfinished().isEmpty()) {
            checkEmpty(target, reasons);
        }
        checkIsNotSource(target, reasons);
        checkVersion(target, baseVersion, reasons);
        checkIdentity(plan, target, reasons);
        checkCluster(plan, target, reasons);
        if (!reasons.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "Target "
                            + target.address()
                            + " is refused for replica set "
                            + plan.replicaSet()
                            + ": "
                            + String.join("; ", reasons)
                            + ". Nothing was written.");
        }
    }

    private static void checkEmpty(TargetFacts target, List<String> reasons) {
        if (!target.userCollections().isEmpty()) {
            String examples =
                    target.userCollections().stream()
                            .limit(EXAMPLES)
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
            reasons.add(
                    "it holds data: "
                            + target.userCollections().size()
                            + " collections, such as "
                            + examples
                            + ". Restore into an empty target");
        }
        if (target.chunks() > 0) {
            reasons.add(
                    "its config.chunks holds "
                            + target.chunks()
                            + " chunks of sharded collections");
        }
    }

    private void checkIsNotSource(TargetFacts target, List<String> reasons) {
        Set<String> source = new HashSet<>();
        metadata.shards().forEach(shard -> source.addAll(shard.hosts()));
        List<String> known =
                java.util.stream.Stream.concat(
                                target.hosts().stream(), target.knownHosts().stream())
                        .filter(source::contains)
                        .distinct()
                        .toList();
        if (!known.isEmpty()) {
            reasons.add(
                    "it is, or knows, the source cluster: "
                            + String.join(", ", known)
                            + " is a member of a shard of the source");
        }
    }

    private static void checkVersion(TargetFacts target, String baseVersion, List<String> reasons) {
        int source = major(baseVersion);
        int own = major(target.serverVersion());
        if (source > own && own > 0) {
            reasons.add(
                    "it runs MongoDB "
                            + target.serverVersion()
                            + ", older than the source's "
                            + baseVersion);
        }
    }

    private static void checkIdentity(
            ReplicaSetPlan plan, TargetFacts target, List<String> reasons) {
        boolean other =
                plan.shardId().isPresent()
                        && target.shardIdentity().isPresent()
                        && !target.shardIdentity().equals(plan.shardId());
        if (other) {
            reasons.add(
                    "it is shard '"
                            + target.shardIdentity().get()
                            + "' of a cluster, but the data are shard '"
                            + plan.shardId().get()
                            + "'s");
        }
    }

    private void checkCluster(ReplicaSetPlan plan, TargetFacts target, List<String> reasons) {
        if (!target.isClusterMember()) {
            return;
        }
        boolean spread =
                metadata.shardedCollections().values().stream()
                        .anyMatch(collection -> collection.owners().size() > 1);
        if (spread && !target.choosesUuids()) {
            reasons.add(
                    "it belongs to a sharded cluster but has no applyOps, so collections that lie"
                            + " on several shards can't get one UUID on all of them");
        }
        Set<String> shards = new TreeSet<>();
        metadata.shards().forEach(shard -> shards.add(shard.id()));
        boolean otherShards =
                plan.isConfigServer() && !shards.equals(new TreeSet<>(target.knownShards()));
        if (otherShards) {
            reasons.add(
                    "its cluster has the shards "
                            + target.knownShards()
                            + ", the archive's has "
                            + shards);
        }
    }

    private static int major(String version) {
        String first = version.split("\\.", 2)[0];
        return first.matches("\\d{1,3}") ? Integer.parseInt(first) : 0;
    }
}
