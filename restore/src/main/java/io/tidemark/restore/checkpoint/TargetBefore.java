package io.tidemark.restore.checkpoint;

import io.tidemark.restore.target.TargetCondition;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;

/**
 * What a target was before a restore began in it, as far as the restore changes that: a run that
 * goes on must not take for the target's own what an earlier one has put there, and what was
 * switched off is switched on again by whoever ends the restore.
 *
 * @param replaced collections that make room for the restored ones
 * @param accounts users and roles in whose place the source's are put; known when that begins
 */
public record TargetBefore(
        Optional<Boolean> expiresDocuments,
        Optional<RawDocument> balancer,
        Optional<String> shardIdentity,
        Optional<String> clusterId,
        List<String> knownShards,
        List<String> knownHosts,
        List<Namespace> replaced,
        List<String> accounts) {
    public TargetBefore {
        knownShards = List.copyOf(knownShards);
        knownHosts = List.copyOf(knownHosts);
        replaced = List.copyOf(replaced);
        accounts = List.copyOf(accounts);
    }

    public static TargetBefore of(TargetFacts facts) {
        return new TargetBefore(
                facts.condition().expiresDocuments(),
                facts.condition().balancer(),
                facts.shardIdentity(),
                facts.condition().clusterId(),
                facts.knownShards(),
                facts.knownHosts(),
                facts.userCollections(),
                List.of());
    }

    TargetBefore withAccounts(List<String> names) {
        return new TargetBefore(
                expiresDocuments,
                balancer,
                shardIdentity,
                clusterId,
                knownShards,
                knownHosts,
                replaced,
                names);
    }

    /** The target as it is now, without what the restore has made of it. */
    public TargetFacts in(TargetFacts now) {
        TargetCondition condition = now.condition();
        List<Namespace> users = now.userCollections();
        return new TargetFacts(
                now.address(),
                now.hosts(),
                now.setName(),
                now.serverVersion(),
                now.writable(),
                now.collections().stream().filter(c -> !users.contains(c)).toList(),
                shardIdentity,
                knownShards,
                knownHosts,
                0,
                now.choosesUuids(),
                new TargetCondition(
                        expiresDocuments,
                        condition.featureVersion(),
                        condition.freeBytes(),
                        balancer,
                        condition.replicaSetId(),
                        clusterId,
                        condition.router()),
                Optional.empty());
    }
}
