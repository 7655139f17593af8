package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.ShardReplay;
import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Says when a checkpoint is due, and makes it: first everything is written, then the target is
 * told. A crash in between repeats what came after the one before. A run that goes on makes none
 * until it has met everything again that the earlier one can have done: that one would have made
 * its own there at the latest.
 */
public final class CheckpointTimer {
    /** So much of the time may be spent on them. */
    private static final int ONE_PART_OF = 20;

    private static final int ASK_CLOCK_EVERY = 64;
    private static final long IN_ORDER_BYTES = 16L << 20;

    private final ShardReplay replay;
    private final Optional<Checkpoints> kept;
    private final RestoreOptions.Frequency often;
    private final LongSupplier nanos;
    private Standing standing;
    private boolean first;
    private long nextNanos;
    private int asked;

    public CheckpointTimer(ShardReplay replay, Checkpoints kept, RestoreOptions.Frequency often) {
        this(replay, Optional.of(kept), often, kept.standing(), System::nanoTime);
    }

    private CheckpointTimer(
            ShardReplay replay,
            Optional<Checkpoints> kept,
            RestoreOptions.Frequency often,
            Standing standing,
            LongSupplier nanos) {
        this.replay = replay;
        this.kept = kept;
        this.often = often;
        this.standing = standing;
        this.nanos = nanos;
        this.first = kept.map(k -> k.mark().epoch() == 0).orElse(true);
        this.nextNanos = nanos.getAsLong() + often.interval().toNanos();
    }

    /** Makes none. */
    public static CheckpointTimer none(ShardReplay replay, Standing begin) {
        return new CheckpointTimer(
                replay,
                Optional.empty(),
                new RestoreOptions.Frequency(10_000_000, Duration.ofDays(1_000)),
                begin,
                System::nanoTime);
    }

    public Standing standing() {
        return standing;
    }

    /** True until the first one is made, by whichever run. */
    public boolean isFirst() {
        return first;
    }

    /** Where the next one will stand. */
    public void reached(UnaryOperator<Standing> change) {
        standing = change.apply(standing);
    }

    /**
     * Up to this time entries may be applied from now on, checkpoint or not: the target is told
     * first, so that nobody stops there before it.
     */
    public void bound(ClusterTime through) {
        standing = standing.through(through);
        kept.ifPresent(k -> k.put(k.mark().standing(k.standing().through(through))));
    }

    /** While entries are replayed. */
    public boolean isDue() {
        if (kept.isEmpty()) {
            return false;
        }
        boolean repeats = replay.repeats();
        long most = repeats ? standing.operations() : often.operations();
        return replay.operations() >= most
                || replay.inOrderBytes() >= IN_ORDER_BYTES
                || !repeats && ++asked % ASK_CLOCK_EVERY == 0 && isTime();
    }

    /** By the clock alone. */
    public boolean isTime() {
        return kept.isPresent() && nanos.getAsLong() - nextNanos >= 0;
    }

    /** Makes a checkpoint; returns when the target has it. */
    public void save(Standing now) {
        standing = now.operations(often.operations());
        first = false;
        if (kept.isEmpty()) {
            return;
        }
        long begun = nanos.getAsLong();
        kept.get().save(standing, replay.settle());
        // Parts of a base that an earlier run loaded may still come.
        replay.checkpointed(standing.stage() != Stage.BASE);
        long ended = nanos.getAsLong();
        nextNanos = ended + Math.max(often.interval().toNanos(), ONE_PART_OF * (ended - begun));
    }
}
