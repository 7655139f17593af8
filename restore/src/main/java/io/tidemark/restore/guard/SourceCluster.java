package io.tidemark.restore.guard;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.config.ShardNames;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Incarnation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How the archive's cluster is known again: nothing may be restored over it.
 *
 * @param metadata as of the restored time
 * @param lives the {@code replicaSetId} of each of its replica sets
 * @param names of its shards in the restored cluster
 * @param added ids of shards that the restored cluster has beside them
 */
public record SourceCluster(
        ClusterMetadata metadata, Set<Incarnation> lives, ShardNames names, Set<String> added) {
    public SourceCluster {
        lives = Set.copyOf(lives);
        added = Set.copyOf(added);
    }

    public static SourceCluster of(
            ClusterMetadata metadata, RestorePlan plan, ShardNames names, Set<String> added) {
        Set<Incarnation> lives = new HashSet<>();
        plan.replicaSets().forEach(set -> lives.add(set.life().incarnation()));
        return new SourceCluster(metadata, lives, names, added);
    }

    /** By {@code config.shards}, which names replica sets; by the archive's own word otherwise. */
    public Optional<String> shardIdOf(ReplicaSetPlan set) {
        return metadata.shards().stream()
                .filter(shard -> shard.replicaSet().equals(set.replicaSet().name()))
                .map(ClusterMetadata.ShardEntry::id)
                .findFirst()
                .or(set::shardId);
    }

    /** Why the target is, or knows, this cluster; empty if it does not. */
    public List<String> signsIn(TargetFacts target) {
        List<String> signs = new ArrayList<>();
        Set<String> hosts = new HashSet<>();
        metadata.shards().forEach(shard -> hosts.addAll(shard.hosts()));
        List<String> known =
                Stream.concat(target.hosts().stream(), target.knownHosts().stream())
                        .filter(hosts::contains)
                        .distinct()
                        .toList();
        if (!known.isEmpty()) {
            signs.add(String.join(", ", known) + " is a member of a shard of the source");
        }
        Optional<String> life = target.condition().replicaSetId();
        if (life.filter(this::isLife).isPresent()) {
            signs.add("its replicaSetId " + life.get() + " is that of a replica set of the source");
        }
        if (carriesClusterId(target)) {
            signs.add(
                    "it holds data and the source's clusterId "
                            + clusterId().get()
                            + ", and no replicaSetId tells it from the source. If it is a copy,"
                            + " drop its user databases and the documents of its config.chunks"
                            + " yourself");
        }
        return signs;
    }

    private boolean isLife(String replicaSetId) {
        return lives.stream()
                .anyMatch(l -> !l.equals(Incarnation.UNKNOWN) && l.id().equals(replicaSetId));
    }

    /** A copy that was restored has the source's too, but its replica sets are others. */
    private boolean carriesClusterId(TargetFacts target) {
        boolean same =
                clusterId().isPresent() && clusterId().equals(target.condition().clusterId());
        boolean told =
                target.condition().replicaSetId().isPresent()
                        && !lives.contains(Incarnation.UNKNOWN);
        boolean holdsData = !target.userCollections().isEmpty() || target.chunks() > 0;
        return same && !told && holdsData;
    }

    private Optional<String> clusterId() {
        return metadata.documents("version").stream()
                .findFirst()
                .flatMap(version -> version.find("clusterId"))
                .map(RawElement::valueBytes)
                .filter(bytes -> bytes.length == 12)
                .map(HexFormat.of()::formatHex);
    }
}
