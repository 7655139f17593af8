package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Shards whose joining no entry on record tells: it lies before the record, or in a hole of it.
 * Left out unseen, times would be called safe without their data. Two things show them: somebody
 * says that a replica set is such a shard, and the config servers' tables name it.
 *
 * <p>It counts from the earliest time at which it may have joined. If its joining is read after all
 * (what was said of it came before that entry), the entry decides.
 */
final class Unannounced {
    /**
     * For snapshots.
     *
     * @param complete the first members are all known
     * @param roles what was said of replica sets: their shard ids
     * @param holes where holes of the config servers' record begin, exclusive
     * @param members ids of shards that are or were members by anything that was told
     * @param presumed those of them of which only their role is known
     * @param unnamed those of them whose replica set nobody has told
     */
    record State(
            boolean complete,
            Map<ReplicaSet, String> roles,
            List<ClusterTime> holes,
            List<String> members,
            List<String> presumed,
            List<String> unnamed) {}

    private final boolean complete;
    private final Map<ReplicaSet, String> roles = new TreeMap<>();
    private final TreeSet<ClusterTime> holes = new TreeSet<>();
    private final Set<String> members = new TreeSet<>();
    private final Set<String> presumed = new TreeSet<>();
    private final Set<String> unnamed = new TreeSet<>();

    Unannounced(boolean complete, List<Membership> first) {
        this.complete = complete;
        first.forEach(member -> members.add(member.shard()));
    }

    static Unannounced restored(State state) {
        Unannounced unannounced = new Unannounced(state.complete(), List.of());
        unannounced.roles.putAll(state.roles());
        unannounced.holes.addAll(state.holes());
        unannounced.members.addAll(state.members());
        unannounced.presumed.addAll(state.presumed());
        unannounced.unnamed.addAll(state.unnamed());
        return unannounced;
    }

    State state() {
        return new State(
                complete,
                Map.copyOf(roles),
                List.copyOf(holes),
                List.copyOf(members),
                List.copyOf(presumed),
                List.copyOf(unnamed));
    }

    /** What is said of a replica set is known already. */
    boolean knows(ReplicaSet set, String shard) {
        return shard.equals(roles.get(set));
    }

    /** Somebody says that the replica set is that shard; true if that makes it a member. */
    boolean role(ReplicaSet set, String shard, Members known) {
        roles.put(set, shard);
        boolean named = unnamed.remove(shard);
        if (named) {
            known.rename(shard, set);
        }
        return presume(known) || named;
    }

    /** Its joining is read: it was no member before, unless the tables named it before. */
    void joins(String shard, ReplicaSet set, ClusterTime at, Members known) {
        if (unnamed.remove(shard)) {
            known.rename(shard, set);
        }
        if (presumed.remove(shard)) {
            known.joinsLater(shard, at);
        }
        members.add(shard);
    }

    void leaves(String shard) {
        presumed.remove(shard);
    }

    /**
     * To be asked before an entry of the config servers is paired.
     *
     * @return true if it shows members that were not known: the entry may have to wait for them
     */
    boolean appear(Observation observation, Members known) {
        boolean changed = false;
        for (Fact fact : observation.facts()) {
            if (fact instanceof Fact.Missing hole && holes.add(hole.after())) {
                changed |= presume(known);
            }
        }
        for (String shard : named(observation)) {
            changed |= isNamed(shard, observation.at(), known);
        }
        return changed;
    }

    /** Shards that must have been members before the entry, as it owns, keeps or ends them. */
    private static Set<String> named(Observation observation) {
        Set<String> named = new TreeSet<>();
        List<String> joining = new ArrayList<>();
        for (Fact fact : observation.facts()) {
            if (fact instanceof Fact.ChunkWrite write) {
                named.add(write.owner());
            } else if (fact instanceof Fact.DatabaseWrite write) {
                named.add(write.primary());
            } else if (fact instanceof Fact.ShardWrite write) {
                named.add(write.id());
                if (write.inserted()) {
                    joining.add(write.id());
                }
            }
        }
        joining.forEach(named::remove);
        named.remove("");
        named.remove(Members.CONFIG);
        return named;
    }

    private boolean isNamed(String shard, ClusterTime at, Members known) {
        if (known.isMember(shard, at)) {
            presumed.remove(shard);
            return false;
        }
        Optional<ClusterTime> since = since(shard, known);
        if (since.isEmpty()) {
            return false;
        }
        known.add(new Membership(shard, setOf(shard, known), since.get(), Optional.empty()));
        members.add(shard);
        return true;
    }

    /** Since when it may be a member; empty if it has left and can't have come back unseen. */
    private Optional<ClusterTime> since(String shard, Members known) {
        Optional<ClusterTime> left = known.lastLeft(shard);
        if (left.isPresent()) {
            return Optional.ofNullable(holes.ceiling(left.get())).map(ClusterTime::next);
        }
        return Optional.of(complete ? firstHole().orElse(ClusterTime.ZERO) : ClusterTime.ZERO);
    }

    private Optional<ClusterTime> firstHole() {
        return holes.isEmpty() ? Optional.empty() : Optional.of(holes.first().next());
    }

    /** Its replica set; a name that stands for it as long as nobody has told. */
    private ReplicaSet setOf(String shard, Members known) {
        for (Map.Entry<ReplicaSet, String> role : roles.entrySet()) {
            if (role.getValue().equals(shard)) {
                return role.getKey();
            }
        }
        unnamed.add(shard);
        String name = shard.replaceAll("[^A-Za-z0-9_.-]", "_");
        boolean taken = known.all().stream().anyMatch(m -> m.replicaSet().name().equals(name));
        return new ReplicaSet(taken ? "shard-" + name : name);
    }

    /** Where a joining may have gone unseen, sets that are said to be shards may have joined. */
    private boolean presume(Members known) {
        Optional<ClusterTime> since = complete ? firstHole() : Optional.of(ClusterTime.ZERO);
        if (since.isEmpty()) {
            return false;
        }
        boolean changed = false;
        for (Map.Entry<ReplicaSet, String> role : roles.entrySet()) {
            String shard = role.getValue();
            boolean isKnown =
                    members.contains(shard)
                            || known.all().stream()
                                    .anyMatch(m -> m.replicaSet().equals(role.getKey()));
            if (!isKnown) {
                known.add(new Membership(shard, role.getKey(), since.get(), Optional.empty()));
                members.add(shard);
                presumed.add(shard);
                changed = true;
            }
        }
        return changed;
    }
}
