package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.rate.RateLimit;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Follows in rounds. Each goes to one cluster time that all replica sets have, the config servers
 * first: where a shard joins or leaves, nobody has gone further than the last time before it. So a
 * standby never holds anything of a time to which it could not be promoted exactly, as far as it
 * lies at or behind the end of its last round.
 */
final class FollowRun {
    /** The bucket is asked more seldom than what is published. */
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final FollowWatch watch;
    private final RestoreRun run;
    private final StandbyHold hold;
    private final FollowRounds rounds;
    private final RateLimit rate;
    private final Duration poll;
    private ClusterTime newest = ClusterTime.ZERO;
    private volatile Optional<MembershipChange> change = Optional.empty();

    FollowRun(
            RestoreRequest request,
            FollowOptions options,
            OplogTail tail,
            FollowWatch watch,
            RestoreRun run,
            StandbyHold hold) {
        this.watch = watch;
        this.hold = hold;
        this.run = run;
        this.rate = new RateLimit(options.bytesPerSecond());
        this.rounds = new FollowRounds(request, options, tail);
        boolean published = tail != OplogTail.NONE && options.poll().compareTo(BETWEEN) > 0;
        this.poll = published ? BETWEEN : options.poll();
    }

    /** What comes before the first round; it ends early where the standby is to end. */
    void unlessStopped(Runnable work) {
        try {
            work.run();
        } catch (StoppableProgress.Stopped asked) {
            // What is done is found by the next run.
            return;
        }
    }

    FollowStatus run() {
        while (!watch.isStopped()) {
            Optional<FollowRounds.Round> round = rounds.next(restores());
            newest = ClusterTime.max(newest, rounds.newest());
            if (round.isPresent()) {
                advance(round.get());
            } else {
                restores().forEach(restore -> restore.oplog().pauseIfTime());
                reached();
                watch.pause(poll);
            }
        }
        pause();
        return status();
    }

    private List<ReplicaSetRestore> restores() {
        return run.restores();
    }

    private void advance(FollowRounds.Round round) {
        if (round.blocked().isPresent()) {
            pause();
            throw round.blocked().get();
        }
        ClusterTime cut = round.to();
        for (ReplicaSetRestore restore : restores()) {
            if (restore.plan().isConfigServer()) {
                cut = ClusterTime.min(cut, follow(restore, round, cut));
            }
        }
        ClusterTime reached = cut;
        if (!watch.isStopped()) {
            Parallel.forEach(
                    restores().stream().filter(r -> !r.plan().isConfigServer()).toList(),
                    restore -> follow(restore, round, reached));
        }
        reached();
        if (change.isPresent() && !watch.isStopped()) {
            pause();
            MembershipChange found = change.get();
            throw found.blocks(plans(), status().promotableFrom(), found.at().previous());
        }
    }

    /** Returns how far it is applied. */
    private ClusterTime follow(
            ReplicaSetRestore restore, FollowRounds.Round round, ClusterTime to) {
        OplogReplay oplog = restore.oplog();
        if (!oplog.position().isBefore(to)) {
            return oplog.position();
        }
        ClusterTime after = oplog.isWarm() ? oplog.position() : oplog.readFrom();
        try (FollowRounds.Feed feed = round.feed(restore, after, to)) {
            restore.lookUpIn(feed);
            return oplog.follow(feed, to, new Control());
        }
    }

    private final class Control implements FollowControl {
        @Override
        public boolean endsBefore(ReplicaSetPlan set, OplogEntry entry) {
            if (set.isConfigServer()) {
                List<ReplicaSetPlan> followed = plans();
                change =
                        MembershipChange.in(entry).stream()
                                .filter(found -> !found.isExpected(followed))
                                .findFirst();
            }
            if (set.isConfigServer() && change.isPresent()) {
                return true;
            }
            pay(entry.raw().sizeBytes());
            return false;
        }

        @Override
        public boolean isStopped() {
            return watch.isStopped();
        }
    }

    private void pay(int bytes) {
        try {
            rate.take(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppableProgress.Stopped();
        }
    }

    private void pause() {
        Parallel.forEach(restores(), restore -> restore.oplog().pause());
        told();
    }

    private void reached() {
        watch.reached(told());
    }

    private FollowStatus told() {
        FollowStatus status = status();
        Map<ReplicaSetPlan, Standing> standings = new LinkedHashMap<>();
        restores().forEach(restore -> standings.put(restore.plan(), restore.standing()));
        hold.moved(status, standings);
        return status;
    }

    private FollowStatus status() {
        Map<ReplicaSet, ClusterTime> applied = new TreeMap<>();
        restores().forEach(r -> applied.put(r.plan().replicaSet(), r.oplog().position()));
        return new FollowStatus(newest, applied);
    }

    private List<ReplicaSetPlan> plans() {
        return restores().stream().map(ReplicaSetRestore::plan).toList();
    }
}
