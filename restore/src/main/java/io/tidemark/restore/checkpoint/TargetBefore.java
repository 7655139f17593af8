package io.tidemark.restore.checkpoint;

import io.tidemark.restore.previous.KeptCollection;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.target.TargetCondition;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a target was before a restore began in it, as far as the restore changes that: a run that
 * goes on must not take for the target's own what an earlier one has put there, and what was
 * switched off is switched on again by whoever ends the restore.
 */
public record TargetBefore(Member member, Replaced replaced) {
    /**
     * The cluster that it belonged to, and what its servers did by themselves.
     *
     * @param balancer the cluster's setting, on its config servers
     */
    public record Member(
            Optional<Boolean> expiresDocuments,
            Optional<RawDocument> balancer,
            Optional<String> shardIdentity,
            Optional<String> clusterId,
            List<String> knownShards,
            List<String> knownHosts) {
        public Member {
            knownShards = List.copyOf(knownShards);
            knownHosts = List.copyOf(knownHosts);
        }
    }

    /**
     * What of it makes room for the restored.
     *
     * @param accounts users and roles in whose place the source's are put; known when that begins
     * @param kept of the collections, what is kept under other names
     */
    public record Replaced(List<Namespace> collections, List<String> accounts, KeptPrevious kept) {
        public Replaced {
            collections = List.copyOf(collections);
            accounts = List.copyOf(accounts);
        }
    }

    public static TargetBefore of(TargetFacts facts) {
        return new TargetBefore(
                new Member(
                        facts.condition().expiresDocuments(),
                        facts.condition().balancer(),
                        facts.shardIdentity(),
                        facts.condition().clusterId(),
                        facts.knownShards(),
                        facts.knownHosts()),
                new Replaced(facts.userCollections(), List.of(), KeptPrevious.NOTHING));
    }

    /** The same, of which that is kept. */
    public TargetBefore keeping(KeptPrevious what) {
        return new TargetBefore(
                member, new Replaced(replaced.collections(), replaced.accounts(), what));
    }

    TargetBefore withAccounts(List<String> names) {
        return new TargetBefore(
                member, new Replaced(replaced.collections(), names, replaced.kept()));
    }

    /** The target as it will be when the restore is taken back: what it kept is there again. */
    public TargetFacts takenBack(TargetFacts now) {
        TargetFacts empty = in(now);
        List<Namespace> then = new ArrayList<>(empty.collections());
        replaced.kept().collections().stream()
                .filter(KeptCollection::makesRoom)
                .forEach(one -> then.add(one.name()));
        return empty.holding(then);
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
                member.shardIdentity(),
                member.knownShards(),
                member.knownHosts(),
                0,
                now.choosesUuids(),
                new TargetCondition(
                        member.expiresDocuments(),
                        condition.featureVersion(),
                        condition.freeBytes(),
                        member.balancer(),
                        condition.replicaSetId(),
                        member.clusterId(),
                        condition.router()),
                Optional.empty());
    }
}
