package io.tidemark.restore;

import io.tidemark.restore.checkpoint.CheckpointTimer;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.readahead.ReadAhead;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Iterator;
import java.util.Optional;

/** One replica set's way along its oplog: to the restored time at once, or round by round. */
final class OplogReplay {
    private static final int OPERATIONS_PER_WORD = 5_000;

    private final EntrySource source;
    private final ShardReplay replay;
    private final CheckpointTimer checkpoints;
    private final RestoreProgress progress;
    private final ClusterTime first;
    private Optional<ClusterTime> position = Optional.empty();
    private long operations;
    private long told;

    /**
     * @param first the first time that a standby can be promoted to with this replica set
     */
    OplogReplay(
            EntrySource source,
            ShardReplay replay,
            CheckpointTimer checkpoints,
            RestoreProgress progress,
            ClusterTime first) {
        this.source = source;
        this.replay = replay;
        this.checkpoints = checkpoints;
        this.progress = progress;
        this.first = first;
    }

    private ReplicaSetPlan plan() {
        return source.plan();
    }

    private Standing standing() {
        return checkpoints.standing();
    }

    /** Replays up to and including {@code to}, from where the last checkpoint stands. */
    void run(ClusterTime to) {
        Standing from = standing();
        if (from.stage() != Stage.REPLAY) {
            return;
        }
        try (EntryStream stream = source.read(from.readAfter(), to);
                ReadAhead<OplogEntry> entries =
                        ReadAhead.of(
                                "restore-" + plan().replicaSet() + "-read",
                                stream,
                                entry -> entry.raw().sizeBytes())) {
            while (entries.hasNext()) {
                OplogEntry entry = entries.next();
                if (entry.clusterTime().isAfter(from.applied())) {
                    apply(entry);
                } else {
                    replay.again(entry);
                }
            }
        }
        replay.await();
        position = Optional.of(to);
        if (from.applied().isBefore(to)) {
            checkpoints.save(applied(to));
        }
        tell(to);
    }

    /** Entries after this time are still to be applied. */
    ClusterTime position() {
        return position.orElse(standing().applied());
    }

    /** Whether this run has applied entries, or begun to. */
    boolean isWarm() {
        return position.isPresent();
    }

    /** Entries after this time are still of use: transactions that are open began with them. */
    ClusterTime readFrom() {
        if (position.isEmpty()) {
            return standing().readAfter();
        }
        return applied(position.get()).readAfter();
    }

    /**
     * Goes on with entries behind what was read before.
     *
     * @param entries after {@link #position}, or after {@link #readFrom} if none were applied by
     *     this run yet, up to and including {@code to}
     * @param to at or after the standing's {@code through} unless this run has met all of an
     *     earlier one's
     * @param control says when to end before; not asked up to the time that the standby began with,
     *     whose members it has
     * @return up to where entries are applied now
     */
    ClusterTime follow(Iterator<OplogEntry> entries, ClusterTime to, FollowControl control) {
        Standing from = standing();
        boolean anew = position.isEmpty();
        if (!from.through().equals(to)) {
            checkpoints.bound(to);
        }
        ClusterTime reached = position();
        boolean cut = false;
        while (!cut && entries.hasNext()) {
            OplogEntry entry = entries.next();
            if (anew && !entry.clusterTime().isAfter(from.applied())) {
                replay.again(entry);
            } else if (entry.clusterTime().isAfter(first) && control.endsBefore(plan(), entry)) {
                cut = true;
                reached = ClusterTime.max(reached, entry.clusterTime().previous());
            } else {
                apply(entry);
                reached = entry.clusterTime();
                cut = control.isStopped();
            }
        }
        followed(cut ? reached : to, cut && control.isStopped());
        return position();
    }

    /**
     * What an earlier run did is met again at the end of a round, and not where one was stopped.
     */
    private void followed(ClusterTime reached, boolean stopped) {
        replay.await();
        position = Optional.of(reached);
        tell(reached);
        boolean met = !replay.repeats() || !stopped;
        if (met && (replay.repeats() || checkpoints.isTime())) {
            checkpoint();
        }
    }

    /**
     * A checkpoint here: nothing after it is in the target. None while what an earlier run may have
     * done has not all been met again.
     */
    void pause() {
        if (!replay.repeats() && isWarm()) {
            checkpoint();
        }
    }

    /** The same if it is time for one. */
    void pauseIfTime() {
        if (checkpoints.isTime() && standing().applied().isBefore(position())) {
            pause();
        }
    }

    private void checkpoint() {
        boolean whole = !position().isBefore(first);
        ClusterTime through = whole ? position() : standing().through();
        checkpoints.save(applied(position()).through(through));
    }

    private void apply(OplogEntry entry) {
        boolean alone = ShardReplay.convertsToCapped(entry);
        if (alone) {
            checkpoints.save(applied(entry.clusterTime().previous()));
        }
        replay.apply(entry);
        if (alone || checkpoints.isDue()) {
            checkpoints.save(applied(entry.clusterTime()));
        }
        operations += entry.carriedOperations();
        if (operations - told >= OPERATIONS_PER_WORD) {
            tell(entry.clusterTime());
        }
    }

    private void tell(ClusterTime at) {
        told = operations;
        progress.replayed(plan().replicaSet(), replay.entriesRead(), at);
        progress.operationsRead(plan().replicaSet(), operations);
    }

    private Standing applied(ClusterTime at) {
        ClusterTime readAfter =
                replay.oldestOpen().map(open -> open.clusterTime().previous()).orElse(at);
        return standing().applied(at, ClusterTime.min(readAfter, at));
    }
}
