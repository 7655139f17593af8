package io.tidemark.restore.guard;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Decides whether one replica set may be restored into one target. */
public final class TargetGuard {
    private static final int EXAMPLES = 5;
    private static final Pattern VERSION_PART = Pattern.compile("\\d{1,4}");
    private final ClusterMetadata metadata;

    /**
     * @param metadata the source cluster's, as of the restored time
     */
    public TargetGuard(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    /**
     * @param needs of the data that are to be restored
     * @throws RestoreException.TargetRefused with every reason at once
     */
    public void check(ReplicaSetPlan plan, TargetFacts target, SourceNeeds needs) {
        List<String> reasons = new ArrayList<>();
        target.unfinished()
                .ifPresent(
                        mark ->
                                reasons.add(
                                        "an earlier restore ("
                                                + mark
                                                + ") began here and did not end, so what it holds"
                                                + " is half done. Drop its user databases"
                                                + (plan.isConfigServer()
                                                        ? ", the documents that it wrote into"
                                                                + " config"
                                                        : "")
                                                + " and the database "
                                                + TargetFacts.MARK_DATABASE
                                                + ", then restore again"));
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary");
        }
        if (target.unfinished().isEmpty()) {
            checkEmpty(target, reasons);
        }
        checkIsNotSource(target, reasons);
        checkVersion(target, needs, reasons);
        checkRoom(target, needs, reasons);
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

    private static void checkVersion(TargetFacts target, SourceNeeds needs, List<String> reasons) {
        String source = needs.version().orElse("");
        if (isOlder(target.serverVersion(), source, 1)) {
            reasons.add(
                    "it runs MongoDB "
                            + target.serverVersion()
                            + ", older than the source's "
                            + source);
        }
        String features = target.condition().featureVersion().orElse("");
        String wanted = needs.featureVersion().orElse("");
        if (isOlder(features, wanted, 2)) {
            reasons.add(
                    "its featureCompatibilityVersion is "
                            + features
                            + ", lower than the source's "
                            + wanted
                            + ": raise it by setFeatureCompatibilityVersion");
        }
    }

    private static void checkRoom(TargetFacts target, SourceNeeds needs, List<String> reasons) {
        OptionalLong free = target.condition().freeBytes();
        if (free.isPresent() && free.getAsLong() < needs.leastBytes()) {
            reasons.add(
                    "its volume has "
                            + free.getAsLong()
                            + " bytes free, and the base alone has "
                            + needs.leastBytes()
                            + " as it is compressed in the archive");
        }
    }

    /** False if one of them is no version. */
    private static boolean isOlder(String own, String other, int parts) {
        List<Integer> left = numbers(own, parts);
        List<Integer> right = numbers(other, parts);
        boolean known = left.size() == parts && right.size() == parts;
        for (int i = 0; known && i < parts; i++) {
            if (!left.get(i).equals(right.get(i))) {
                return left.get(i) < right.get(i);
            }
        }
        return false;
    }

    private static List<Integer> numbers(String version, int parts) {
        return VERSION_PART
                .matcher(version)
                .results()
                .limit(parts)
                .map(part -> Integer.valueOf(part.group()))
                .toList();
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
        boolean maySpread =
                metadata.shards().size() > 1
                        && metadata.shardedCollections().keySet().stream()
                                .anyMatch(name -> !name.database().equals("config"));
        if (maySpread && !target.choosesUuids()) {
            reasons.add(
                    "it belongs to a sharded cluster but has no applyOps, so sharded collections"
                            + " can't get one UUID on all shards");
        }
        List<Namespace> series =
                metadata.shardedCollections().keySet().stream()
                        .filter(name -> name.collection().startsWith("system.buckets."))
                        .toList();
        if (metadata.shards().size() > 1 && !series.isEmpty()) {
            reasons.add(
                    "it belongs to a sharded cluster, and time-series collections that are sharded"
                            + " ("
                            + series.get(0)
                            + (series.size() > 1 ? " and others" : "")
                            + ") can't get one UUID on all shards: restore into replica sets of no"
                            + " cluster");
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
}
