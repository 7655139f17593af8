package io.tidemark.restore;

import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.follow.Cuts;
import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Decides what a standby begins with, goes on with, and is promoted by. */
final class StandbyPlanning {
    private final RestoreRequest request;
    private final Catalogue catalogue;
    private final ArchiveFacts archive;

    StandbyPlanning(RestoreRequest request) {
        this.request = request;
        if (request.isMerged() || request.external().isPresent()) {
            throw new RestoreException.TargetRefused(
                    "A standby loads a base of the archive into one target for each replica set:"
                            + " name them by --target RS=URI, without merged, --ns and --base"
                            + " external. Nothing was written.");
        }
        this.catalogue = new Catalogue(request.bucket(), request.cluster());
        this.archive = new BucketFacts(request.bucket(), catalogue);
    }

    /** What the targets hold of a standby. */
    StandbyMarks marks(RestoreTarget.Connector connector) {
        if (request.options().restart()) {
            return StandbyMarks.none();
        }
        StandbyMarks found = StandbyMarks.find(request, connector);
        found.begunPromotion()
                .ifPresent(
                        to -> {
                            throw new RestoreException.TargetRefused(
                                    "This standby is being promoted to "
                                            + to
                                            + ", and follows nobody any more: promote it to that"
                                            + " time again, and it goes on. Nothing was written.");
                        });
        return found;
    }

    /**
     * The newest time that lies so far back, by the newest bases that serve it. From there on it is
     * followed: members that joined or left before are not met again.
     *
     * @throws RestoreException.NotCovered if it can't be restored
     */
    PreparedRestore begin(Duration delay) {
        ClusterTimeline timeline =
                new TimelineLookup(request.bucket(), request.keys(), request.cluster())
                        .findWindows(entries -> {});
        TimeGuard guard = new TimeGuard(timeline, request.safety());
        ClusterTime latest = Cuts.behind(timeline.watermark(), delay);
        RestorePlan plan = RestorePlan.choose(latest, archive, Optional.of(guard));
        return new PreparedRestore(
                plan, timeline.origin(), List.of(), Map.of(), Optional.of(StandbyMarks.none()));
    }

    /**
     * From where the targets stand; how far the archive reaches shows in the rounds.
     *
     * @param delay so far behind the archive it stays
     */
    PreparedRestore goOn(StandbyMarks found, Duration delay) {
        StandbyMarks known = found.knowing(shards());
        StandbyMarks marks =
                known.isChanged()
                        ? new StandbyMembers(request, archive, known, delay).changed()
                        : known;
        List<ReplicaSetPlan> sets = new ArrayList<>();
        // What the config servers tell is asked for as of their own checkpoint.
        ClusterTime to = marks.through();
        for (RestoreMark mark : marks.marks().values()) {
            ReplicaSetPlan set = plan(mark, reached(mark));
            sets.add(set);
            to = set.isConfigServer() ? reached(mark) : to;
        }
        marks.joining().values().forEach(shard -> sets.add(shard.plan()));
        sets.sort(Comparator.comparing(ReplicaSetPlan::replicaSet));
        return new PreparedRestore(
                new RestorePlan(to, sets),
                ClusterTimeline.Origin.ARCHIVE,
                List.of(),
                Map.of(),
                Optional.of(marks));
    }

    private static ClusterTime reached(RestoreMark mark) {
        return StandbyMarks.needsBase(mark) ? mark.standing().through() : mark.standing().applied();
    }

    /** Exactly to the request's time. */
    PreparedRestore promote(ClusterTimeline timeline, RestoreTarget.Connector connector) {
        StandbyMarks marks =
                StandbyMarks.find(request, connector).promotedTo(request.to()).knowing(shards());
        if (!marks.isBegun()) {
            throw new RestoreException.TargetRefused(
                    "The targets hold no standby that could be promoted. If one was promoted there"
                            + " before, they are the cluster that it has become, verified, even if"
                            + " that command was killed before it could say so. 'tidemark standby'"
                            + " begins another one in empty targets; 'tidemark restore' restores to"
                            + " a time at once.");
        }
        requireAllMarked(marks);
        requireReachable(marks);
        TimeGuard guard = new TimeGuard(timeline, request.safety());
        if (marks.isFinished()) {
            return finished(marks, timeline, guard);
        }
        requireRecord(guard);
        requireMembers(marks.marks().keySet(), guard);
        List<ReplicaSetPlan> sets = new ArrayList<>();
        marks.marks().values().forEach(mark -> sets.add(plan(mark, request.to())));
        RestorePlan plan = new RestorePlan(request.to(), sets);
        var forced = guard.check(plan);
        sets.forEach(this::requireReach);
        return new PreparedRestore(plan, timeline.origin(), forced, Map.of(), Optional.of(marks));
    }

    /**
     * Cut off while it removed its marks: the targets without one are as they should be, and the
     * others need no more than that theirs go.
     */
    private PreparedRestore finished(
            StandbyMarks marks, ClusterTimeline timeline, TimeGuard guard) {
        Map<ReplicaSet, ReplicaSetPlan> sets = new TreeMap<>();
        archive.lives().stream()
                .filter(life -> guard.mayBeMember(life.replicaSet(), request.to()))
                .forEach(life -> sets.put(life.replicaSet(), nothingLeft(life)));
        marks.marks().forEach((set, mark) -> sets.put(set, plan(mark, request.to())));
        return new PreparedRestore(
                new RestorePlan(request.to(), List.copyOf(sets.values())),
                timeline.origin(),
                List.of(),
                Map.of(),
                Optional.of(marks));
    }

    private ReplicaSetPlan nothingLeft(ArchivedReplicaSet life) {
        return new ReplicaSetPlan(
                life, archive.role(life), Optional.empty(), request.to(), List.of(), request.to());
    }

    /** Ids and replica sets of all that the archive has entries of. */
    private Set<String> shards() {
        Set<String> names = new TreeSet<>();
        for (ArchivedReplicaSet life : archive.lives()) {
            archive.role(life)
                    .filter(ReplicaSetRole.ShardServer.class::isInstance)
                    .map(role -> ((ReplicaSetRole.ShardServer) role).id())
                    .ifPresent(
                            id -> {
                                names.add(id);
                                names.add(life.replicaSet().name());
                            });
        }
        return names;
    }

    private static void requireAllMarked(StandbyMarks marks) {
        if (!marks.unmarked().isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "The targets of "
                            + String.join(", ", marks.unmarked())
                            + " hold no part of the standby that the other ones hold. Name its"
                            + " own; a shard that joins later than its promotion needs none, and"
                            + " one that has joined is followed first ('tidemark standby' with the"
                            + " same targets). Nothing was written.");
        }
    }

    private void requireReachable(StandbyMarks marks) {
        marks.begunPromotion()
                .filter(to -> !to.equals(request.to()))
                .ifPresent(
                        to -> {
                            throw new RestoreException.TargetRefused(
                                    "This standby is being promoted to "
                                            + to
                                            + " already: promote it to that time again, and it"
                                            + " goes on. Nothing was written.");
                        });
        if (request.to().isBefore(marks.through())) {
            throw new RestoreException.NotCovered(
                    "The standby has applied entries up to "
                            + marks.through()
                            + " ("
                            + marks.through().toInstant()
                            + "), and what is applied can't be taken back: it can be promoted to"
                            + " that time or a later safe one, not to "
                            + request.to()
                            + ". 'tidemark restore --to "
                            + request.to()
                            + "' into other targets restores that time; a standby with a larger"
                            + " --delay leaves more time to choose. Nothing was written.");
        }
    }

    /** A standby needs no base to get there, but somebody must know what was under way then. */
    private void requireRecord(TimeGuard guard) {
        Optional<ClusterTime> earliest = guard.earliest().filter(request.to()::isBefore);
        if (earliest.isPresent() && !request.safety().force()) {
            throw new RestoreException.NotCovered(
                    "The standby could be brought to "
                            + request.to()
                            + ", but the oldest base that is left in the archive serves from "
                            + earliest.get()
                            + " on, and what was under way before (a migration, a DDL operation) is"
                            + " not told any more: whether that time is safe is not known. Promote"
                            + " it to "
                            + guard.after(request.to())
                                    .map(time -> time + " or a later safe time")
                                    .orElse("a later safe time, once there is one")
                            + ", or give --force-unsafe. A standby that stays behind (--delay)"
                            + " needs a 'prune' that keeps a base older than its delay:"
                            + " --keep-days. Nothing was written.");
        }
    }

    /** The targets are those of the cluster's members then. */
    private void requireMembers(Set<ReplicaSet> followed, TimeGuard guard) {
        Set<ReplicaSet> members = new TreeSet<>();
        archive.lives().stream()
                .map(ArchivedReplicaSet::replicaSet)
                .filter(set -> guard.mayBeMember(set, request.to()))
                .forEach(members::add);
        if (!members.equals(followed)) {
            throw new RestoreException.NotCovered(
                    "At "
                            + request.to()
                            + " the cluster has the replica sets "
                            + members
                            + ", and targets of the standby are named for "
                            + followed
                            + ". Name those that it had then, without a shard that had left or"
                            + " joins later; a shard that has joined is followed first ('tidemark"
                            + " standby' with a target for it). Nothing was written.");
        }
    }

    private ReplicaSetPlan plan(RestoreMark mark, ClusterTime to) {
        ArchivedReplicaSet life = StandbyMarks.life(request, mark);
        ClusterTime after = mark.standing().readAfter();
        Chain chain = archive.chainReaching(life, after, to);
        boolean whole = chain.isUnbroken();
        return new ReplicaSetPlan(
                life,
                archive.role(life),
                base(mark, life),
                after,
                whole ? chain.links() : before(chain, chain.unbrokenThrough()),
                whole ? chain.through() : chain.unbrokenThrough());
    }

    private static List<Chain.Link> before(Chain chain, ClusterTime end) {
        return chain.links().stream().filter(l -> !l.readThrough().isAfter(end)).toList();
    }

    /** Needed while it is loaded, and of use afterwards as long as it is there. */
    private Optional<BasePlace> base(RestoreMark mark, ArchivedReplicaSet life) {
        String name = mark.arguments().get(StandbyMarks.BASE);
        Optional<BasePlace> place =
                archive.bases(life).stream()
                        .map(BaseFacts::place)
                        .filter(base -> base.toString().equals(name))
                        .findFirst();
        if (place.isEmpty() && StandbyMarks.needsBase(mark)) {
            throw new RestoreException.ArchiveDamaged(
                    "The base of replica set "
                            + life.replicaSet()
                            + " that this standby was loading ("
                            + name
                            + ") is not in the bucket any more; was it pruned? Begin anew with"
                            + " --restart.");
        }
        return place;
    }

    private void requireReach(ReplicaSetPlan set) {
        if (set.readThrough().isBefore(request.to())) {
            throw new RestoreException.NotCovered(
                    "Replica set "
                            + set.replicaSet()
                            + " is archived without a hole from where the standby stands through "
                            + set.readThrough()
                            + " only, not through "
                            + request.to()
                            + ". If it is behind, wait for 'tidemark sink' and ask again; 'tidemark"
                            + " windows' shows gaps. Nothing was written.");
        }
    }
}
