package io.tidemark.restore;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.follow.Cuts;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.transaction.EntryLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceReader;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decides how far the next round goes: by what is archived, and published, of every set. */
final class FollowRounds {
    /**
     * No round is longer, so that a standby which is killed far behind can be promoted to any time
     * but those of its last round.
     */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Replica sets are made anew seldom; whether one was is asked every so many polls. */
    private static final int LIVES_ASKED_EACH = 6;

    private final RestoreRequest request;
    private final FollowOptions options;
    private final OplogTail tail;
    private final Catalogue catalogue;
    private final SliceReader reader;
    private final ArchiveEnds ends;
    private long livesNanos;

    /** In the config servers' oplog nobody joins or leaves up to here, as far as it is ahead. */
    private ClusterTime lookedThrough = ClusterTime.ZERO;

    private ClusterTime newest = ClusterTime.ZERO;

    /**
     * How far one replica set can be read.
     *
     * @param archived the last entry in the bucket
     * @param reach the last entry at all
     */
    private record Frontier(ClusterTime archived, ClusterTime reach) {}

    FollowRounds(RestoreRequest request, FollowOptions options, OplogTail tail) {
        this.request = request;
        this.options = options;
        this.tail = tail;
        this.catalogue = new Catalogue(request.bucket(), request.cluster());
        this.reader = new SliceReader(request.bucket(), request.keys());
        this.ends = new ArchiveEnds(catalogue, reader, options.poll());
    }

    /** The newest entry of any replica set that was seen. */
    ClusterTime newest() {
        return newest;
    }

    /** Empty if there is nothing to apply now. */
    Optional<Round> next(List<ReplicaSetRestore> restores) {
        Map<ReplicaSetRestore, Frontier> frontiers = new LinkedHashMap<>();
        restores.forEach(restore -> frontiers.put(restore, frontier(restore.plan())));
        frontiers.values().forEach(f -> newest = ClusterTime.max(newest, f.reach()));
        ClusterTime to = goal(restores, frontiers);
        boolean open = restores.stream().anyMatch(restore -> isOpen(restore, to));
        if (!open) {
            return waitsInVain(frontiers).map(why -> new Round(to, Map.of(), Optional.of(why)));
        }
        return round(restores, frontiers, to);
    }

    private static boolean isOpen(ReplicaSetRestore restore, ClusterTime to) {
        return restore.oplog().position().isBefore(to);
    }

    private Frontier frontier(ReplicaSetPlan set) {
        ClusterTime archived = ends.of(set.life());
        Optional<ClusterTime> published =
                tail == OplogTail.NONE
                        ? Optional.empty()
                        : ends.header(set.life())
                                .flatMap(newest -> tail.reach(set.replicaSet(), newest));
        ClusterTime reach = published.orElse(archived);
        return new Frontier(archived, ClusterTime.max(archived, reach));
    }

    /** What all have, as far behind the newest as was asked for, and not too far in one go. */
    private ClusterTime goal(
            List<ReplicaSetRestore> restores, Map<ReplicaSetRestore, Frontier> frontiers) {
        ClusterTime goal = Cuts.behind(newest, options.delay());
        ClusterTime least = ClusterTime.MAX;
        ClusterTime begun = ClusterTime.ZERO;
        for (ReplicaSetRestore restore : restores) {
            goal = ClusterTime.min(goal, frontiers.get(restore).reach());
            least = ClusterTime.min(least, restore.oplog().position());
            begun = ClusterTime.max(begun, restore.standing().through());
        }
        ClusterTime far = ClusterTime.max(Cuts.beyond(least, LONGEST), begun);
        goal = ClusterTime.min(goal, far);
        // What an earlier run may have begun is gone through again, whole, or not at all.
        return goal.isBefore(begun) ? ClusterTime.ZERO : goal;
    }

    private Optional<Round> round(
            List<ReplicaSetRestore> restores,
            Map<ReplicaSetRestore, Frontier> frontiers,
            ClusterTime wanted) {
        Map<ReplicaSetRestore, Chain> chains = new LinkedHashMap<>();
        ClusterTime to = wanted;
        Optional<RestoreException> broken = Optional.empty();
        for (ReplicaSetRestore restore : restores) {
            ClusterTime end = ClusterTime.min(wanted, frontiers.get(restore).archived());
            ClusterTime from = ClusterTime.min(restore.oplog().readFrom(), end);
            Chain chain = catalogue.chain(restore.plan().life(), from, end);
            chains.put(restore, chain);
            if (!chain.isUnbroken()) {
                to = ClusterTime.min(to, chain.unbrokenThrough());
                broken = Optional.of(broken(restore, chain.holes().get(0)));
            }
        }
        ClusterTime reached = to;
        boolean begunAll =
                restores.stream()
                        .noneMatch(restore -> reached.isBefore(restore.standing().through()));
        boolean advances = restores.stream().anyMatch(restore -> isOpen(restore, reached));
        if (broken.isPresent() && !(advances && begunAll)) {
            return Optional.of(new Round(to, chains, broken));
        }
        return Optional.of(new Round(to, chains, Optional.empty()));
    }

    private RestoreException broken(ReplicaSetRestore restore, Chain.Hole hole) {
        String where = "(" + hole.after() + ", " + hole.through() + "]";
        String stands =
                " The standby can't go beyond it. It can be promoted to a safe time from where it"
                        + " stands up to "
                        + hole.after()
                        + "; to go on, begin anew (--restart) from a base taken after.";
        if (hole.gaps().isEmpty()) {
            return new RestoreException.ArchiveDamaged(
                    "Slices of replica set "
                            + restore.plan().replicaSet()
                            + " that the standby still needs are missing for "
                            + where
                            + ": they were pruned or lost, and no gap was recorded. Bring them"
                            + " back from a copy of the bucket, and run it again."
                            + stands);
        }
        return new RestoreException.NotCovered(
                "The oplog of replica set "
                        + restore.plan().replicaSet()
                        + " has a gap "
                        + where
                        + ": "
                        + hole.gaps().stream()
                                .map(key -> GapObject.read(request.bucket(), key).gap().reason())
                                .collect(Collectors.joining("; "))
                        + "."
                        + stands);
    }

    private Optional<RestoreException> waitsInVain(Map<ReplicaSetRestore, Frontier> frontiers) {
        long now = System.nanoTime();
        if (now - livesNanos < LIVES_ASKED_EACH * options.poll().toNanos()) {
            return Optional.empty();
        }
        livesNanos = now;
        return left(frontiers).or(() -> replaced(frontiers));
    }

    /**
     * The oplog of a shard that leaves ends before the entry of the config servers that removes it,
     * and that one lies behind what all have.
     */
    private Optional<RestoreException> left(Map<ReplicaSetRestore, Frontier> frontiers) {
        Optional<ReplicaSetRestore> config =
                frontiers.keySet().stream().filter(r -> r.plan().isConfigServer()).findFirst();
        if (config.isEmpty()) {
            return Optional.empty();
        }
        ClusterTime end = frontiers.get(config.get()).archived();
        ClusterTime after = ClusterTime.max(lookedThrough, config.get().oplog().position());
        if (!after.isBefore(end)) {
            return Optional.empty();
        }
        List<ReplicaSetPlan> sets = frontiers.keySet().stream().map(r -> r.plan()).toList();
        Optional<MembershipChange> change = changeIn(config.get().plan(), after, end, sets);
        lookedThrough = change.isPresent() ? lookedThrough : end;
        return change.flatMap(
                found ->
                        frontiers.entrySet().stream()
                                .filter(each -> found.isOf(each.getKey().plan()))
                                .filter(each -> each.getValue().reach().isBefore(found.at()))
                                .findFirst()
                                .map(
                                        each ->
                                                found.blocks(
                                                        sets,
                                                        stands(frontiers),
                                                        each.getValue().reach())));
    }

    private Optional<MembershipChange> changeIn(
            ReplicaSetPlan config, ClusterTime after, ClusterTime end, List<ReplicaSetPlan> sets) {
        Chain chain = catalogue.chain(config.life(), after, end);
        try (EntryStream entries = source(config, chain).read(after, chain.unbrokenThrough())) {
            while (entries.hasNext()) {
                Optional<MembershipChange> found =
                        MembershipChange.in(entries.next()).stream()
                                .filter(change -> !change.isExpected(sets))
                                .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private EntrySource source(ReplicaSetPlan set, Chain chain) {
        return new EntrySource(
                reader,
                new ReplicaSetPlan(
                        set.life(),
                        set.role(),
                        set.base(),
                        chain.after(),
                        chain.links(),
                        chain.unbrokenThrough()));
    }

    private static ClusterTime stands(Map<ReplicaSetRestore, Frontier> frontiers) {
        return frontiers.keySet().stream()
                .map(restore -> restore.oplog().position())
                .reduce(ClusterTime.ZERO, ClusterTime::max);
    }

    /** A replica set that was made anew writes nothing more into the life that is followed. */
    private Optional<RestoreException> replaced(Map<ReplicaSetRestore, Frontier> frontiers) {
        for (Map.Entry<ReplicaSetRestore, Frontier> each : frontiers.entrySet()) {
            ReplicaSetPlan set = each.getKey().plan();
            ClusterTime end = each.getValue().archived();
            boolean waitsForIt = !each.getKey().oplog().position().isBefore(end);
            for (ArchivedReplicaSet other :
                    waitsForIt
                            ? catalogue.lives(set.replicaSet())
                            : List.<ArchivedReplicaSet>of()) {
                boolean newer =
                        !other.equals(set.life())
                                && catalogue
                                        .lastSlice(other)
                                        .filter(key -> Catalogue.through(key).isAfter(end))
                                        .isPresent();
                if (newer) {
                    return Optional.of(remade(set, other, end));
                }
            }
        }
        return Optional.empty();
    }

    private static RestoreException remade(
            ReplicaSetPlan set, ArchivedReplicaSet other, ClusterTime end) {
        return new RestoreException.NotCovered(
                "Replica set "
                        + set.replicaSet()
                        + " was made anew: its oplog ends at "
                        + end
                        + " in incarnation "
                        + set.life().incarnation()
                        + " and goes on in incarnation "
                        + other.incarnation()
                        + ", which does not follow it. The standby can be promoted to a safe time"
                        + " up to "
                        + end
                        + "; to go on, begin anew (--restart) from a base taken after.");
    }

    /**
     * One round.
     *
     * @param to all replica sets can be read up to here
     * @param blocked why there will be none any more
     */
    final class Round {
        private final ClusterTime to;
        private final Map<ReplicaSetRestore, Chain> chains;
        private final Optional<RestoreException> blocked;

        Round(
                ClusterTime to,
                Map<ReplicaSetRestore, Chain> chains,
                Optional<RestoreException> blocked) {
            this.to = to;
            this.chains = chains;
            this.blocked = blocked;
        }

        ClusterTime to() {
            return to;
        }

        Optional<RestoreException> blocked() {
            return blocked;
        }

        /** Entries of a replica set in {@code (after, through]}. */
        Feed feed(ReplicaSetRestore restore, ClusterTime after, ClusterTime through) {
            Chain chain = chains.get(restore);
            ReplicaSetPlan set = restore.plan();
            EntrySource archived = source(set, chain);
            return new Feed(archived, after, through);
        }
    }

    /** The archived entries, then the published ones. */
    final class Feed implements Iterator<OplogEntry>, EntryLookup, AutoCloseable {
        private final EntrySource archived;
        private final ClusterTime through;
        private final EntryStream stream;
        private final ClusterTime end;
        private Iterator<OplogEntry> published = Collections.emptyIterator();
        private boolean inTail;
        private final ClusterTime after;

        Feed(EntrySource archived, ClusterTime after, ClusterTime through) {
            this.archived = archived;
            this.after = after;
            this.through = through;
            this.end = ClusterTime.min(through, archived.plan().readThrough());
            this.stream = archived.read(after, end);
        }

        @Override
        public boolean hasNext() {
            if (!inTail && stream.hasNext()) {
                return true;
            }
            if (!inTail) {
                inTail = true;
                ClusterTime from = ClusterTime.max(after, archived.plan().readThrough());
                if (from.isBefore(through)) {
                    published = tail.read(archived.plan().replicaSet(), from, through);
                }
            }
            return published.hasNext();
        }

        @Override
        public OplogEntry next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no further entry");
            }
            return inTail ? published.next() : stream.next();
        }

        @Override
        public OplogEntry entry(ClusterTime at) {
            boolean stored = !at.isAfter(archived.plan().readThrough());
            return stored ? archived.entry(at) : tail.entry(archived.plan().replicaSet(), at);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
