package io.tidemark.timeline.pair;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.tag.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Prepared transactions without an outcome, and those whose outcome is captured but not yet
 * archived: a restore from the archive alone doesn't know it.
 */
final class PreparedTransactions {
    /**
     * How long one is undecided until it is told as an event. Nearly all are decided within
     * milliseconds: those are no news, and many thousands a minute.
     */
    private static final long UNTOLD_SECONDS = 1;

    private final Map<String, PreparedTransaction> known = new TreeMap<>();
    private final TreeMap<ClusterTime, Set<String>> untold = new TreeMap<>();
    private final Consumer<TopologyEvent> events;

    PreparedTransactions(Consumer<TopologyEvent> events) {
        this.events = events;
    }

    /** The earliest time at which one must be told; empty if none waits for that. */
    Optional<ClusterTime> nextDeadline() {
        return untold.isEmpty() ? Optional.empty() : Optional.of(untold.firstKey());
    }

    /** Tells those whose deadline this is. */
    void tell(ClusterTime deadline) {
        Set<String> due = untold.getOrDefault(deadline, Set.of());
        List.copyOf(due).forEach(key -> put(known.get(key).asTold()));
    }

    private static ClusterTime deadline(PreparedTransaction transaction) {
        ClusterTime first = transaction.prepares().get(0).at();
        return new ClusterTime(first.seconds() + UNTOLD_SECONDS, first.increment());
    }

    private void put(PreparedTransaction changed) {
        keep(changed);
        if (changed.told()) {
            events.accept(changed.toEvent());
        }
    }

    private void keep(PreparedTransaction changed) {
        PreparedTransaction before = known.put(changed.key(), changed);
        if (before != null) {
            Set<String> waiting = untold.getOrDefault(deadline(before), new TreeSet<>());
            waiting.remove(changed.key());
            if (waiting.isEmpty()) {
                untold.remove(deadline(before));
            }
        }
        if (changed.isUndecided() && !changed.told()) {
            untold.computeIfAbsent(deadline(changed), at -> new TreeSet<>()).add(changed.key());
        }
    }

    void prepared(Moment moment, Fact.Prepared fact) {
        String key = hex(fact.transaction());
        PreparedTransaction before = known.get(key);
        if (before == null || !before.isUndecided()) {
            put(prepared(key, List.of(moment.shard()), List.of(evidence(moment)), false));
            return;
        }
        List<String> shards = new ArrayList<>(before.shards());
        if (!shards.contains(moment.shard())) {
            shards.add(moment.shard());
        }
        List<Evidence> prepares = new ArrayList<>(before.prepares());
        prepares.add(evidence(moment));
        put(prepared(key, shards, prepares, before.told()));
    }

    void decided(Moment moment, Fact.Decided fact) {
        PreparedTransaction open = known.get(hex(fact.transaction()));
        if (open != null && open.isUndecided()) {
            put(open.decided(moment.at(), fact.committed()));
        }
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
                put(open.lostAt(at));
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
        transactions.forEach(this::keep);
    }

    private static PreparedTransaction prepared(
            String key, List<String> shards, List<Evidence> prepares, boolean told) {
        return new PreparedTransaction(
                key, shards, prepares, Optional.empty(), Optional.empty(), false, told);
    }

    private static Evidence evidence(Moment moment) {
        return moment.evidence("prepare");
    }

    private static String hex(RawDocument transaction) {
        return HexFormat.of().formatHex(transaction.toBytes());
    }
}
