package io.tidemark.capture.operation;

import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import java.time.Duration;

/**
 * A lock that was ours when it was last confirmed. Nobody takes it over before he has seen the same
 * sign of life for {@code staleAfter} of his own time, and he can't have seen it before it was
 * sent; so for the much shorter {@code lease} since it was sent, the lock is ours without asking.
 * After that, whatever stopped this process in between, the config servers are asked first.
 */
final class HeldLock implements Fence {
    private final Locks locks;
    private final LockName name;
    private final String owner;
    private final long token;
    private final OperationClock clock;
    private final OperationSettings settings;
    private long sentNanos;
    private long sentMillis;
    private boolean lost;

    /**
     * @param sentNanos the agent's clock before the lock was asked for
     */
    HeldLock(
            Locks locks,
            LockSighting ours,
            OperationClock clock,
            OperationSettings settings,
            long sentNanos,
            long sentMillis) {
        this.locks = locks;
        this.name = ours.name();
        this.owner = ours.holder().orElseThrow().owner();
        this.token = ours.token();
        this.clock = clock;
        this.settings = settings;
        this.sentNanos = sentNanos;
        this.sentMillis = sentMillis;
    }

    LockName name() {
        return name;
    }

    long token() {
        return token;
    }

    synchronized boolean isLost() {
        return lost;
    }

    /** Gives a sign of life when it is time to; a failure to reach the servers is no loss yet. */
    void beatIfDue() {
        if (isLost() || isYoungerThan(settings.heartbeat())) {
            return;
        }
        try {
            confirm();
        } catch (FencedException e) {
            return; // isLost tells
        } catch (SourceUnavailableException | SourceRefusedException e) {
            return; // check() refuses as long as it can't be known
        }
    }

    @Override
    public void check() {
        if (!isLost() && isYoungerThan(settings.lease())) {
            return;
        }
        try {
            confirm();
        } catch (SourceUnavailableException | SourceRefusedException e) {
            throw new FencedException(
                    "Whether lock %s is still ours can't be known: %s. Nothing is written."
                            .formatted(name, e.getMessage()),
                    e);
        }
    }

    void release() {
        if (isLost()) {
            return;
        }
        synchronized (this) {
            lost = true;
        }
        try {
            locks.release(name, owner, token);
        } catch (SourceUnavailableException | SourceRefusedException e) {
            return; // it becomes stale by itself
        }
    }

    private void confirm() {
        long nanos = clock.nanoTime();
        long millis = clock.millis();
        boolean ours = !isLost() && locks.beat(name, owner, token);
        synchronized (this) {
            if (!ours) {
                lost = true;
                throw new FencedException(
                        "Lock %s (token %d) is another agent's by now: this one was paused or cut off for longer than %d s. It writes nothing more."
                                .formatted(name, token, settings.staleAfter().toSeconds()));
            }
            sentNanos = Math.max(sentNanos, nanos);
            sentMillis = Math.max(sentMillis, millis);
        }
    }

    /** By both clocks: one stands still while a machine sleeps, the other can be set. */
    private synchronized boolean isYoungerThan(Duration age) {
        long nanos = clock.nanoTime() - sentNanos;
        long millis = clock.millis() - sentMillis;
        return nanos < age.toNanos() && millis >= 0 && millis < age.toMillis();
    }
}
