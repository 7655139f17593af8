package io.tidemark.embedded.registry;

import java.time.Duration;

/** What the registry does wrong on demand. Safe for use by several threads. */
public final class RegistryFaults {
    private int refusals;
    private int status;
    private Duration delay = Duration.ZERO;
    private long requests;

    /** The next {@code times} requests get {@code status} (500 to 599) and have no effect. */
    public synchronized void refuseNext(int times, int status) {
        if (status < 500 || status > 599) {
            throw new IllegalArgumentException(status + " is no failure of a server");
        }
        this.refusals = times;
        this.status = status;
    }

    /** Every answer waits so long, until set to zero. */
    public synchronized void delayBy(Duration delay) {
        this.delay = delay;
    }

    /** Requests seen so far, refused ones included: shows whether a client's cache works. */
    public synchronized long requests() {
        return requests;
    }

    synchronized void seen() {
        requests++;
    }

    synchronized Duration delay() {
        return delay;
    }

    synchronized void refuseIfAsked() {
        if (refusals > 0) {
            refusals--;
            throw Refusal.http(status, "injected");
        }
    }
}
