package io.tidemark.restore;

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
            RestoreRun run) {
        this.watch = watch;
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
                restores().forEach(ReplicaSetRestore::pauseIfTime);
                watch.reached(status());
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
        watch.reached(status());
        if (change.isPresent() && !watch.isStopped()) {
            pause();
            throw changed(change.get());
        }
    }

    /** Returns how far it is applied. */
    private ClusterTime follow(
            ReplicaSetRestore restore, FollowRounds.Round round, ClusterTime to) {
        if (!restore.position().isBefore(to)) {
            return restore.position();
        }
        ClusterTime after = restore.isWarm() ? restore.position() : restore.readFrom();
        try (FollowRounds.Feed feed = round.feed(restore, after, to)) {
            restore.lookUpIn(feed);
            return restore.follow(feed, to, new Control());
        }
    }

    private final class Control implements FollowControl {
        @Override
        public boolean endsBefore(ReplicaSetPlan set, OplogEntry entry) {
            if (set.isConfigServer()) {
                change = MembershipChange.in(entry);
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
        Parallel.forEach(restores(), ReplicaSetRestore::pause);
    }

    private FollowStatus status() {
        Map<ReplicaSet, ClusterTime> applied = new TreeMap<>();
        restores().forEach(r -> applied.put(r.plan().replicaSet(), r.position()));
        return new FollowStatus(newest, applied);
    }

    private RestoreException changed(MembershipChange found) {
        return new RestoreException.NotCovered(
                "At "
                        + found.at()
                        + " "
                        + found.what()
                        + ", and this standby has targets for the replica sets of before. It holds"
                        + " everything through "
                        + status().promotableFrom()
                        + " and goes no further: promote it to a safe time from there to "
                        + found.at().previous()
                        + ", or begin anew (--restart) with a target for each replica set.");
    }
}
