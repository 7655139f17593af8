package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which replica sets belong to the cluster, and when. */
public final class Members {
    /** The config servers' id in chunk documents, changelog lines and here. */
    public static final String CONFIG = "config";

    private final List<Membership> all = new ArrayList<>();

    public Members(List<Membership> memberships) {
        all.addAll(memberships);
    }

    public List<Membership> all() {
        return List.copyOf(all);
    }

    /** A replica set that is a member already stays one: a repeated insert changes nothing. */
    public void joins(String shard, ReplicaSet replicaSet, ClusterTime at) {
        boolean known =
                all.stream()
                        .anyMatch(
                                m ->
                                        m.left().isEmpty()
                                                && m.shard().equals(shard)
                                                && m.replicaSet().equals(replicaSet));
        // A config shard (8.0) is the config servers' own replica set, a member anyway.
        boolean config =
                all.stream()
                        .anyMatch(
                                m -> m.shard().equals(CONFIG) && m.replicaSet().equals(replicaSet));
        if (!known && !config) {
            all.add(new Membership(shard, replicaSet, at, Optional.empty()));
        }
    }

    /** The replica set that left; empty if no such shard was a member. */
    public Optional<ReplicaSet> leaves(String shard, ClusterTime at) {
        for (int i = 0; i < all.size(); i++) {
            Membership member = all.get(i);
            if (isCurrent(member, shard) && !shard.equals(CONFIG) && member.joined().isBefore(at)) {
                all.set(i, member.until(at));
                return Optional.of(member.replicaSet());
            }
        }
        return Optional.empty();
    }

    void add(Membership member) {
        all.add(member);
    }

    /** Whether the shard is a member at that time, or was until then. */
    boolean isMember(String shard, ClusterTime at) {
        return all.stream()
                .filter(m -> m.shard().equals(shard))
                .anyMatch(m -> m.contains(at) || m.contains(at.previous()));
    }

    /** When the shard left for the last time. */
    Optional<ClusterTime> lastLeft(String shard) {
        return all.stream()
                .filter(m -> m.shard().equals(shard))
                .flatMap(m -> m.left().stream())
                .max(ClusterTime::compareTo);
    }

    /** The current member of that shard id joined at that time only. */
    void joinsLater(String shard, ClusterTime at) {
        all.replaceAll(m -> isCurrent(m, shard) ? m.since(at) : m);
    }

    /** The shard is this replica set. */
    void rename(String shard, ReplicaSet replicaSet) {
        all.replaceAll(m -> m.shard().equals(shard) ? m.of(replicaSet) : m);
    }

    private static boolean isCurrent(Membership member, String shard) {
        return member.left().isEmpty() && member.shard().equals(shard);
    }

    public boolean contains(ReplicaSet replicaSet, ClusterTime at) {
        return all.stream().anyMatch(m -> m.replicaSet().equals(replicaSet) && m.contains(at));
    }

    /** The shard id under which the replica set is or was known; its own name if under none. */
    public String shardOf(ReplicaSet replicaSet) {
        return all.stream()
                .filter(m -> m.replicaSet().equals(replicaSet))
                .map(Membership::shard)
                .reduce((earlier, later) -> later)
                .orElse(replicaSet.name());
    }

    /** Drops memberships that ended before {@code time}. */
    public void forget(ClusterTime time) {
        all.removeIf(m -> m.left().filter(left -> left.isBefore(time)).isPresent());
    }
}
