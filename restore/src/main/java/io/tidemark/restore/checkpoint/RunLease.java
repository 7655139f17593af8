package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One run's hold on its targets. It gives signs of life in every mark; it writes nothing more when
 * it could not do so for {@link #TRUSTED}, and another run takes the targets over only after {@link
 * #DEAD} without one. So a run that was paused stops before it writes again, whatever it thought.
 */
public final class RunLease implements AutoCloseable {
    /** So often a sign of life is given. */
    static final Duration BEAT = Duration.ofSeconds(5);

    /** So long a run trusts the last one. */
    static final Duration TRUSTED = Duration.ofSeconds(20);

    /** So long another run watches before it takes a target over. */
    public static final Duration DEAD = Duration.ofSeconds(30);

    private final RunHolder holder;
    private final LongSupplier nanos;
    private final List<Checkpoints> held = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService beats =
            Executors.newSingleThreadScheduledExecutor(RunLease::thread);
    private volatile boolean begun;
    private volatile long trustedUntilNanos;
    private volatile RestoreException lost;

    public RunLease() {
        this(System::nanoTime);
    }

    /** As above, by a clock of the caller's. */
    public RunLease(LongSupplier nanos) {
        this(nanos, RunHolder.begin());
    }

    /** As above, as that run. */
    RunLease(LongSupplier nanos, RunHolder holder) {
        this.nanos = nanos;
        this.holder = holder;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "restore-signs-of-life");
        thread.setDaemon(true);
        return thread;
    }

    /** What the marks of this run name. */
    public RunHolder holder() {
        return holder;
    }

    /** Before the first mark is written: this run lives. */
    public void begin() {
        if (!begun) {
            begun = true;
            ThisProcess.begins(holder.run());
            trust(nanos.getAsLong());
            beats.scheduleWithFixedDelay(
                    this::beat, BEAT.toNanos(), BEAT.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Signs of life go into this mark too. */
    public void hold(Checkpoints checkpoints) {
        held.add(checkpoints);
    }

    /** Gives a sign of life in each mark. */
    public void beat() {
        long before = nanos.getAsLong();
        try {
            held.forEach(Checkpoints::beat);
            trust(before);
        } catch (RestoreException.Held another) {
            lost = another;
        } catch (RestoreException unreachable) {
            // The next one may come through; until then trust runs out.
            return;
        }
    }

    /** From the moment before the sign was given: the other side counts from later. */
    private void trust(long sinceNanos) {
        trustedUntilNanos = sinceNanos + TRUSTED.toNanos();
    }

    /**
     * To be asked before each write.
     *
     * @throws RestoreException.Held if another run has the targets, or may have them by now
     */
    public void require() {
        if (lost != null) {
            throw new RestoreException.Held(lost.getMessage());
        }
        if (begun && nanos.getAsLong() - trustedUntilNanos > 0) {
            throw new RestoreException.Held(
                    "For "
                            + TRUSTED.toSeconds()
                            + " s this run could give no sign of life in the marks of its targets:"
                            + " it was paused, or they did not answer. Another run may have begun"
                            + " there, so this one writes nothing more. Run it again: it goes on"
                            + " from its last checkpoint, unless another one is at work.");
        }
    }

    /** The marks are gone, or stay for the next run: no more signs of life. */
    @Override
    public void close() {
        beats.shutdownNow();
        held.clear();
        ThisProcess.ends(holder.run());
    }
}
