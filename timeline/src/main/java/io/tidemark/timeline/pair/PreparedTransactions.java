package io.tidemark.timeline.pair;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.tag.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Prepared transactions without an outcome, and those whose outcome is captured but not yet
 * archived: a restore from the archive alone doesn't know it.
 */
final class PreparedTransactions {
    private final Map<String, PreparedTransaction> known = new TreeMap<>();

    void prepared(Moment moment, Fact.Prepared fact) {
        String key = hex(fact.transaction());
        PreparedTransaction before = known.get(key);
        if (before == null || !before.isUndecided()) {
            put(key, List.of(moment.shard()), List.of(evidence(moment)));
            return;
        }
        List<String> shards = new ArrayList<>(before.shards());
        if (!shards.contains(moment.shard())) {
            shards.add(moment.shard());
        }
        List<Evidence> prepares = new ArrayList<>(before.prepares());
        prepares.add(evidence(moment));
        put(key, shards, prepares);
    }

    void decided(Moment moment, Fact.Decided fact) {
        known.computeIfPresent(
                hex(fact.transaction()),
                (key, open) ->
                        open.isUndecided() ? open.decided(moment.at(), fact.committed()) : open);
    }

    /** Outcomes at or before this time are archived: nobody needs them here any more. */
    void forgetDecided(ClusterTime archived) {
        known.values().removeIf(t -> t.decidedAt().filter(at -> !at.isAfter(archived)).isPresent());
    }

    /**
     * The outcomes on a replica set may lie in a hole of its log. Times before the hole are decided
     * by the others; times after it need a base that holds the outcome.
     */
    void missing(ReplicaSet replicaSet, ClusterTime at) {
        for (PreparedTransaction open : all()) {
            boolean alone =
                    open.prepares().stream().allMatch(p -> p.replicaSet().equals(replicaSet));
            if (open.isUndecided() && alone) {
                known.put(open.key(), open.lostAt(at));
            }
        }
    }

    /** Drops those whose outcome was lost before this time. */
    void forgetBefore(ClusterTime oldest) {
        known.values().removeIf(t -> t.lostAt().filter(at -> at.isBefore(oldest)).isPresent());
    }

    Collection<PreparedTransaction> all() {
        return List.copyOf(known.values());
    }

    void restore(Collection<PreparedTransaction> transactions) {
        transactions.forEach(transaction -> known.put(transaction.key(), transaction));
    }

    private void put(String key, List<String> shards, List<Evidence> prepares) {
        known.put(
                key,
                new PreparedTransaction(
                        key, shards, prepares, Optional.empty(), Optional.empty(), false));
    }

    private static Evidence evidence(Moment moment) {
        return moment.evidence("prepare");
    }

    private static String hex(RawDocument transaction) {
        return HexFormat.of().formatHex(transaction.toBytes());
    }
}
