package io.tidemark.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.PairingLimits;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.tag.Role;
import io.tidemark.timeline.tag.Tagger;
import io.tidemark.timeline.watermark.Members;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Roster;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.WindowRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * From oplog entries to restore windows, in memory and without I/O: live over the topics, or over
 * archived slices.
 *
 * <p>Entries of one replica set are given in order; how those of different sets interleave does not
 * matter, and entries given again are ignored. Facts wait until every member of the cluster is
 * captured up to them and are then paired in cluster-time order, so the same input gives the same
 * events and windows whatever its order. Memory is bounded by the facts that wait, the operations
 * under way and the events kept ({@link #forgetBefore}).
 *
 * <p>Not safe for use by several threads at once.
 */
public final class TimelineFold {
    private final ReplicaSet config;
    private final Roster members;
    private final Map<ReplicaSet, Tagger> taggers = new TreeMap<>();
    private final ArchiveRecord archive = new ArchiveRecord();
    private final EventRecord events;
    private final ClusterOrder order;
    private ClusterTime remembered = ClusterTime.ZERO;

    private TimelineFold(ReplicaSet config, Roster members, PairingLimits limits) {
        this.config = config;
        this.members = members;
        this.events = new EventRecord(limits);
        this.order = new ClusterOrder(config, members, events.pairing(), archive);
    }

    /**
     * A fold over a cluster whose config servers are {@code config}. Shards join by the entries on
     * config.shards; those that were there before the first entry are named here.
     */
    public static TimelineFold of(ReplicaSet config, List<Shard> shards) {
        return of(config, shards, PairingLimits.DEFAULT);
    }

    /** As {@link #of(ReplicaSet, List)}, with other patience. */
    public static TimelineFold of(ReplicaSet config, List<Shard> shards, PairingLimits limits) {
        return new TimelineFold(config, Roster.of(first(config, shards), true), limits);
    }

    /**
     * As {@link #of(ReplicaSet, List)} where it is not certain that {@code shards} are all that
     * were there before the first entry: a replica set of which anybody says that it is a shard
     * ({@link #role}) counts from the first too.
     */
    public static TimelineFold guessing(ReplicaSet config, List<Shard> shards) {
        Roster roster = Roster.of(first(config, shards), false);
        return new TimelineFold(config, roster, PairingLimits.DEFAULT);
    }

    private static List<Membership> first(ReplicaSet config, List<Shard> shards) {
        List<Membership> first = new ArrayList<>();
        first.add(new Membership(Members.CONFIG, config, ClusterTime.ZERO, Optional.empty()));
        shards.stream()
                .filter(shard -> !shard.replicaSet().equals(config))
                .map(
                        shard ->
                                new Membership(
                                        shard.id(),
                                        shard.replicaSet(),
                                        ClusterTime.ZERO,
                                        Optional.empty()))
                .forEach(first::add);
        return first;
    }

    /** A fold over a replica set that is no part of a cluster: its collections lie nowhere else. */
    public static TimelineFold alone(ReplicaSet replicaSet) {
        TimelineFold fold = of(replicaSet, List.of());
        fold.events.pairing().catalogueComplete();
        return fold;
    }

    /** Continues from {@link #snapshot}. */
    public static TimelineFold restore(byte[] snapshot, PairingLimits limits) {
        return restore(snapshot, List.of(), limits);
    }

    /**
     * Continues from {@link #snapshotWithoutEvents}.
     *
     * @param told the events that {@link #onEvent} told since the fold began and that were not
     *     {@link #forgetBefore forgotten}, of each id the last one
     */
    public static TimelineFold restore(
            byte[] snapshot, Collection<TopologyEvent> told, PairingLimits limits) {
        TimelineState state = TimelineJson.read(snapshot, TimelineState.class);
        TimelineFold fold =
                new TimelineFold(state.config(), Roster.restored(state.roster()), limits);
        fold.order.restore(state.captured(), state.pending());
        state.openParts()
                .forEach((set, parts) -> fold.taggers.put(set, new Tagger(fold.role(set), parts)));
        fold.events.pairing().restore(state.pairing());
        fold.events.restore(state.events());
        fold.events.restore(told);
        fold.remembered = state.remembered();
        fold.archive.restore(state.archive());
        return fold;
    }

    /** Everything known, as JSON: for a state store or a file. */
    public byte[] snapshot() {
        return snapshot(events.told());
    }

    /**
     * As {@link #snapshot}, for those who keep the events one by one: its size depends on what is
     * under way, not on what happened.
     */
    public byte[] snapshotWithoutEvents() {
        return snapshot(List.of());
    }

    private byte[] snapshot(List<TopologyEvent> kept) {
        Map<ReplicaSet, Map<String, List<Fact>>> parts = new TreeMap<>();
        taggers.forEach((set, tagger) -> parts.put(set, tagger.openParts()));
        return TimelineJson.write(
                new TimelineState(
                        config,
                        members.state(),
                        order.captured(),
                        parts,
                        order.pending(),
                        events.pairing().state(),
                        kept,
                        archive.state(),
                        remembered));
    }

    /**
     * Is told every event when it opens, changes its nature and closes, in an order that depends on
     * the input's cluster times only.
     */
    public void onEvent(Consumer<TopologyEvent> consumer) {
        events.onEvent(consumer);
    }

    /** The next entry of a replica set; one at or before its frontier is known and ignored. */
    public void accept(ReplicaSet set, OplogEntry entry) {
        if (order.isNew(set, entry.clusterTime())) {
            Tagger tagger = taggers.computeIfAbsent(set, s -> new Tagger(role(s)));
            List<Fact> facts = tagger.tag(entry);
            order.take(set, entry.clusterTime(), facts);
        }
    }

    /** As {@link #accept}, of an entry that was tagged where it lay. */
    public void observe(Observation observation) {
        if (order.isNew(observation.replicaSet(), observation.at())) {
            order.take(observation.replicaSet(), observation.at(), observation.facts());
        }
    }

    /** Everything of the replica set up to {@code frontier} was given, or held nothing to tell. */
    public void captured(ReplicaSet set, ClusterTime frontier) {
        order.captured(set, frontier);
    }

    /** Everything of the replica set up to {@code frontier} is in the archive. */
    public void archived(ReplicaSet set, ClusterTime frontier) {
        archive.archived(set, frontier);
    }

    /**
     * The replica set's record begins after this time; the earliest told counts. Untold, everything
     * before the first entry given counts as missing.
     *
     * @param after 0:0 if it begins with the first entry that the set ever wrote
     */
    public void started(ReplicaSet set, ClusterTime after) {
        archive.started(set, after);
        if (set.equals(config) && after.equals(ClusterTime.ZERO)) {
            events.pairing().catalogueComplete();
        }
    }

    /**
     * Entries known to be missing. To be told before, or in the place of, the entries that follow
     * the gap.
     */
    public void gap(ReplicaSet set, Gap gap) {
        order.missing(new Hole(set, Hole.Kind.GAP, gap));
    }

    /**
     * The replica set was created anew: its oplog up to {@code last} is not continued by the one
     * from {@code first} on. To be told as a {@link #gap}.
     */
    public void incarnationChanged(ReplicaSet set, ClusterTime last, ClusterTime first) {
        ClusterTime through = ClusterTime.max(last.next(), first.previous());
        Gap change = new Gap(last, through, "another replicaSetId from then on");
        order.missing(new Hole(set, Hole.Kind.INCARNATION, change));
    }

    /**
     * The replica set's record ends with what was given up to here: if its shard left the cluster
     * later, what lies between is a gap. Without an effect on one that stays.
     */
    public void ended(ReplicaSet set, ClusterTime through) {
        members.ended(set, through);
    }

    /**
     * Somebody says that the replica set is that shard. Entries tell who joins, so this matters
     * only where a joining may have gone unseen: in a hole of the config servers' record, or before
     * it if not all first members are known. There it counts from the earliest time at which it may
     * have joined.
     */
    public void role(ReplicaSet set, String shard) {
        members.role(set, shard);
    }

    /** False if {@link #role} would be no news. */
    public boolean knowsRole(ReplicaSet set, String shard) {
        return members.knowsRole(set, shard);
    }

    /** Members that leave, and of which not everything up to there is known yet. */
    public List<ReplicaSet> leaving() {
        order.work();
        return order.leaving();
    }

    /** Where the replica set's record ends, if that was told; see {@link #ended}. */
    public Optional<ClusterTime> end(ReplicaSet set) {
        return members.end(set);
    }

    /** A base that restores may start from; the same id for the same set again replaces it. */
    public void base(Base base) {
        archive.base(base);
    }

    /** A base snapshot was pruned: no restore starts from it any more. */
    public void baseGone(String id) {
        archive.baseGone(id);
    }

    /** The bases told and not forgotten. */
    public List<Base> bases() {
        return archive.bases();
    }

    /** Up to where every member of the cluster is captured, and who holds it back. */
    public Watermark capturedWatermark() {
        order.work();
        return order.watermark();
    }

    /** Up to where every member is archived; never after what is captured. */
    public Watermark archivedWatermark() {
        Watermark known = capturedWatermark();
        Watermark stored = Watermark.of(members.all(), archive.reached());
        return stored.at().isAfter(known.at()) ? known : stored;
    }

    /** The cluster's replica sets, past ones too. */
    public List<Membership> members() {
        order.work();
        return members.all();
    }

    /** The last cluster time captured of each replica set that was heard of. */
    public Map<ReplicaSet, ClusterTime> capturedFrontiers() {
        return Map.copyOf(order.captured());
    }

    /** The last cluster time archived of each replica set that was heard of. */
    public Map<ReplicaSet, ClusterTime> archivedFrontiers() {
        return Map.copyOf(archive.frontiers());
    }

    /**
     * Events up to the watermark of capture, by their start. Undecided transactions are among them;
     * {@link #onEvent} is told of those that stay so for a second.
     */
    public List<TopologyEvent> events() {
        order.work();
        return events.all();
    }

    /** The restore windows as of now. */
    public RestoreWindows windows(Policy policy) {
        Watermark watermark = archivedWatermark();
        List<Membership> sets = members.all();
        return new WindowRule(
                        watermark,
                        sets,
                        archive.holes(sets),
                        archive.bases(sets, config),
                        remembered)
                .apply(policy, events.forWindows());
    }

    /** Why a time is safe or not; see {@link RestoreWindows#explain}. */
    public Explanation explain(ClusterTime at, Policy policy) {
        return windows(policy).explain(at);
    }

    /** How many facts wait for a replica set that lies behind. */
    public int pendingCount() {
        return order.pendingCount();
    }

    /** How many operations are under way. */
    public int openCount() {
        order.work();
        return events.pairing().openCount();
    }

    /**
     * Drops what only concerns times before {@code oldest}; no window begins earlier from now on.
     *
     * @return the ids of the events dropped
     */
    public List<String> forgetBefore(ClusterTime oldest) {
        List<String> dropped = events.forgetBefore(oldest);
        archive.forgetBefore(oldest);
        members.forget(oldest);
        remembered = ClusterTime.max(remembered, oldest);
        return dropped;
    }

    /** What happened before this time was {@link #forgetBefore forgotten}; 0:0 if nothing was. */
    public ClusterTime remembered() {
        return remembered;
    }

    private Role role(ReplicaSet set) {
        return set.equals(config) ? Role.CONFIG : Role.SHARD;
    }
}
