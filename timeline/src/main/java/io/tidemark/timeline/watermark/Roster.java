package io.tidemark.timeline.watermark;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Who belongs to the cluster, and when: by the entries on {@code config.shards}, and by what else
 * shows members of which no entry tells that they joined or wrote their last.
 */
public final class Roster {
    /** For snapshots. */
    public record State(
            List<Membership> members,
            Map<ReplicaSet, ClusterTime> ends,
            Unannounced.State unannounced) {}

    private final Members members;
    private final Departures departures = new Departures();
    private final Unannounced unannounced;

    private Roster(Members members, Unannounced unannounced) {
        this.members = members;
        this.unannounced = unannounced;
    }

    /**
     * @param first members from the first, the config servers among them
     * @param complete these are all who were members before the config servers' record begins
     */
    public static Roster of(List<Membership> first, boolean complete) {
        return new Roster(new Members(first), new Unannounced(complete, first));
    }

    public static Roster restored(State state) {
        Roster roster =
                new Roster(new Members(state.members()), Unannounced.restored(state.unannounced()));
        roster.departures.restore(state.ends());
        return roster;
    }

    public State state() {
        return new State(members.all(), departures.ends(), unannounced.state());
    }

    /** Members, past ones too. */
    public List<Membership> all() {
        return members.all();
    }

    public boolean contains(ReplicaSet replicaSet, ClusterTime at) {
        return members.contains(replicaSet, at);
    }

    /** See {@link Members#shardOf}. */
    public String shardOf(ReplicaSet replicaSet) {
        return members.shardOf(replicaSet);
    }

    /** Drops memberships that ended before {@code time}. */
    public void forget(ClusterTime time) {
        members.forget(time);
    }

    /** Somebody says that the replica set is that shard of the cluster. */
    public void role(ReplicaSet replicaSet, String shard) {
        unannounced.role(replicaSet, shard, members);
    }

    /** False if {@link #role} would be no news. */
    public boolean knowsRole(ReplicaSet replicaSet, String shard) {
        return unannounced.knows(replicaSet, shard);
    }

    /** See {@link Unannounced#appear}. */
    public boolean appear(Observation ofConfigServers) {
        return unannounced.appear(ofConfigServers, members);
    }

    /**
     * Lets shards join and leave; true if one did.
     *
     * @param left told who left
     */
    public boolean follow(Observation observation, BiConsumer<ClusterTime, ReplicaSet> left) {
        boolean changed = false;
        ClusterTime at = observation.at();
        for (Fact fact : observation.facts()) {
            if (!(fact instanceof Fact.ShardWrite write)) {
                continue;
            }
            if (write.removed()) {
                unannounced.leaves(write.id());
                members.leaves(write.id(), at).ifPresent(set -> left.accept(at, set));
                changed = true;
            } else if (write.inserted() && write.replicaSet().isPresent()) {
                unannounced.joins(write.id(), write.replicaSet().get(), at, members);
                members.joins(write.id(), write.replicaSet().get(), at);
                changed = true;
            }
        }
        return changed;
    }

    /** See {@link Departures#ended}. */
    public void ended(ReplicaSet set, ClusterTime through) {
        departures.ended(set, through);
    }

    /** Where the replica set's record ends, if that was told. */
    public Optional<ClusterTime> end(ReplicaSet set) {
        return Optional.ofNullable(departures.ends().get(set));
    }

    /** See {@link Departures#leaves}. */
    public Optional<ClusterTime> leaves(
            Membership member, ClusterTime known, Collection<Observation> waiting) {
        return departures.leaves(member, known, waiting);
    }

    /** See {@link Departures#lost}. */
    public Optional<Gap> lost(
            Membership member, ClusterTime known, Collection<Observation> waiting) {
        return departures.lost(member, known, waiting);
    }
}
