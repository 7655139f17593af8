package io.tidemark.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Hole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was told about the archive: beginnings, frontiers, holes and bases of the replica sets. */
final class ArchiveRecord {
    /** For snapshots. */
    record State(
            Map<ReplicaSet, ClusterTime> frontiers,
            Map<ReplicaSet, ClusterTime> starts,
            Map<ReplicaSet, ClusterTime> firsts,
            List<Hole> holes,
            List<Base> bases) {}

    private final Map<ReplicaSet, ClusterTime> frontiers = new TreeMap<>();
    private final Map<ReplicaSet, ClusterTime> starts = new TreeMap<>();
    private final Map<ReplicaSet, ClusterTime> firsts = new TreeMap<>();
    private final Set<Hole> holes = new TreeSet<>();
    private final Map<String, Base> bases = new TreeMap<>();

    State state() {
        return new State(
                Map.copyOf(frontiers),
                Map.copyOf(starts),
                Map.copyOf(firsts),
                List.copyOf(holes),
                List.copyOf(bases.values()));
    }

    void restore(State state) {
        frontiers.putAll(state.frontiers());
        starts.putAll(state.starts());
        firsts.putAll(state.firsts());
        holes.addAll(state.holes());
        state.bases().forEach(this::base);
    }

    Map<ReplicaSet, ClusterTime> frontiers() {
        return frontiers;
    }

    /**
     * The frontiers, with the holes they have come to: of what is in a hole nothing will ever be
     * archived.
     */
    Map<ReplicaSet, ClusterTime> reached() {
        Map<ReplicaSet, ClusterTime> reached = new TreeMap<>(frontiers);
        for (Hole hole : holes) {
            ClusterTime frontier = reached.getOrDefault(hole.replicaSet(), ClusterTime.ZERO);
            if (!frontier.isBefore(hole.gap().after())) {
                reached.merge(hole.replicaSet(), hole.gap().through(), ClusterTime::max);
            }
        }
        return reached;
    }

    void archived(ReplicaSet set, ClusterTime frontier) {
        frontiers.merge(set, frontier, ClusterTime::max);
    }

    void started(ReplicaSet set, ClusterTime after) {
        starts.merge(set, after, ClusterTime::min);
    }

    /** True if nothing so early was heard of the set before. */
    boolean heardOf(ReplicaSet set, ClusterTime time) {
        ClusterTime first = firsts.get(set);
        if (first != null && !time.isBefore(first)) {
            return false;
        }
        firsts.put(set, time);
        return true;
    }

    /** True if it was not told before. */
    boolean hole(Hole hole) {
        return holes.add(hole);
    }

    void base(Base base) {
        bases.put(base.replicaSet() + "/" + base.id(), base);
    }

    /** The snapshot was pruned. */
    void baseGone(String id) {
        bases.values().removeIf(base -> base.id().equals(id));
    }

    /** Bases told. */
    List<Base> bases() {
        return List.copyOf(bases.values());
    }

    /** Holes told, and what each replica set wrote before its record begins. */
    List<Hole> holes(List<Membership> members) {
        List<Hole> all = new ArrayList<>(holes);
        for (Membership member : members) {
            ClusterTime after = beginning(member.replicaSet());
            if (after.isAfter(ClusterTime.ZERO)) {
                Gap before = new Gap(ClusterTime.ZERO, after, "before capture began");
                all.add(new Hole(member.replicaSet(), Hole.Kind.BEFORE_CAPTURE, before));
            }
        }
        return all;
    }

    /**
     * Bases told, and the births of the replica sets. That of the config servers makes the cluster:
     * before their first entry there is nothing to restore.
     */
    List<Base> bases(List<Membership> members, ReplicaSet config) {
        List<Base> all = new ArrayList<>(bases.values());
        for (Membership member : members) {
            ReplicaSet set = member.replicaSet();
            ClusterTime first = firsts.getOrDefault(set, ClusterTime.ZERO);
            ClusterTime usable = set.equals(config) ? first : ClusterTime.ZERO;
            all.add(new Base("birth", set, ClusterTime.ZERO, usable));
        }
        return all;
    }

    /** Drops bases that a later one of the same set replaces for every time from oldest on. */
    void forgetBefore(ClusterTime oldest) {
        List<Base> known = List.copyOf(bases.values());
        bases.values()
                .removeIf(
                        base ->
                                known.stream()
                                        .filter(o -> o.replicaSet().equals(base.replicaSet()))
                                        .filter(o -> o.usableFrom().isAfter(base.usableFrom()))
                                        .anyMatch(o -> !o.usableFrom().isAfter(oldest)));
    }

    private ClusterTime beginning(ReplicaSet set) {
        ClusterTime first = firsts.getOrDefault(set, ClusterTime.MAX);
        ClusterTime untold = first.equals(ClusterTime.ZERO) ? first : first.previous();
        return starts.getOrDefault(set, untold);
    }
}
