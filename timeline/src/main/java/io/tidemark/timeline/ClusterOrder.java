package io.tidemark.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.pair.Pairing;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Roster;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Hole;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Brings the facts of all replica sets into one order, that of cluster time: they wait here until
 * every member of the cluster is captured up to them, and are then handed to pairing. Who is a
 * member is told by the same facts, so it is known for each of them as it comes.
 */
final class ClusterOrder {
    private static final int PENDING_BEFORE_WORK = 4096;

    private final ReplicaSet config;
    private final Roster members;
    private final Pairing pairing;
    private final ArchiveRecord archive;
    private final Map<ReplicaSet, ClusterTime> captured = new TreeMap<>();
    private final PriorityQueue<Observation> pending = new PriorityQueue<>();
    private int worked;

    ClusterOrder(ReplicaSet config, Roster members, Pairing pairing, ArchiveRecord archive) {
        this.config = config;
        this.members = members;
        this.pairing = pairing;
        this.archive = archive;
    }

    /** Continues where another one stood. */
    void restore(Map<ReplicaSet, ClusterTime> frontiers, Collection<Observation> waiting) {
        captured.putAll(frontiers);
        pending.addAll(waiting);
    }

    /** The last cluster time captured of each replica set that was heard of. */
    Map<ReplicaSet, ClusterTime> captured() {
        return captured;
    }

    /** What waits for a replica set that lies behind, in order. */
    List<Observation> pending() {
        return pending.stream().sorted().toList();
    }

    int pendingCount() {
        return pending.size();
    }

    /** Up to where every member is captured. */
    Watermark watermark() {
        return Watermark.of(members.all(), captured);
    }

    /** Members that leave, and of which not everything up to there is known yet. */
    List<ReplicaSet> leaving() {
        return members.all().stream()
                .filter(m -> members.leaves(m, frontier(m), pending).isPresent())
                .map(Membership::replicaSet)
                .toList();
    }

    private ClusterTime frontier(Membership member) {
        return captured.getOrDefault(member.replicaSet(), ClusterTime.ZERO);
    }

    /** False if what the replica set did then was given before. */
    boolean isNew(ReplicaSet set, ClusterTime time) {
        begins(set, time);
        ClusterTime frontier = captured.get(set);
        return frontier == null || time.isAfter(frontier);
    }

    private void begins(ReplicaSet set, ClusterTime time) {
        if (archive.heardOf(set, time) && set.equals(config)) {
            pairing.knownFrom(time);
        }
    }

    /** What one new entry tells. */
    void take(ReplicaSet set, ClusterTime at, List<Fact> facts) {
        captured.put(set, at);
        if (!facts.isEmpty()) {
            pending.add(new Observation(at, set, facts));
            if (pending.size() - worked > PENDING_BEFORE_WORK) {
                work();
            }
        }
    }

    /** Everything of the replica set up to {@code frontier} was given. */
    void captured(ReplicaSet set, ClusterTime frontier) {
        begins(set, frontier);
        captured.merge(set, frontier, ClusterTime::max);
    }

    /** Entries that nobody will give. */
    void missing(Hole hole) {
        if (archive.hole(hole)) {
            Fact fact = new Fact.Missing(hole.gap().after());
            pending.add(new Observation(hole.gap().through(), hole.replicaSet(), List.of(fact)));
        }
    }

    /** Pairs what no replica set can precede any more. */
    void work() {
        ClusterTime safe = pair();
        while (endRecords()) {
            safe = pair();
        }
        pairing.advance(safe);
        pairing.archived(
                ClusterTime.min(safe, Watermark.of(members.all(), archive.reached()).at()));
        worked = pending.size();
    }

    /** Gives up what will never come of members that leave; true if there was such. */
    private boolean endRecords() {
        boolean changed = false;
        for (Membership member : members.all()) {
            Optional<Gap> lost = members.lost(member, frontier(member), pending);
            if (lost.isPresent()) {
                missing(new Hole(member.replicaSet(), Hole.Kind.GAP, lost.get()));
                captured(member.replicaSet(), lost.get().through().next());
                changed = true;
            }
        }
        return changed;
    }

    private ClusterTime pair() {
        ClusterTime safe = watermark().at();
        while (!pending.isEmpty() && !pending.peek().at().isAfter(safe)) {
            Observation next = pending.peek();
            if (next.replicaSet().equals(config) && members.appear(next)) {
                safe = watermark().at();
                continue;
            }
            pending.poll();
            // Before it joins and after it leaves, what a replica set does is no matter of ours.
            if (members.contains(next.replicaSet(), next.at())) {
                pairing.accept(next, members.shardOf(next.replicaSet()));
                if (members.follow(next, pairing::left)) {
                    safe = watermark().at();
                }
            }
        }
        return safe;
    }
}
