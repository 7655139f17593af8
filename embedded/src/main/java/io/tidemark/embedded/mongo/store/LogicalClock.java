package io.tidemark.embedded.mongo.store;

import java.time.Clock;

/**
 * The cluster-wide logical clock as one replica set keeps it. Packed cluster times: seconds in the
 * upper 32 bits, increment in the lower; both unsigned.
 */
public final class LogicalClock {
    private static final long MAX_INCREMENT = 0x7fffffffL;

    private final Clock wall;
    private long time;

    public LogicalClock(Clock wall) {
        this.wall = wall;
    }

    /** The next cluster time: seconds are the greater of the clock's and the wall's. */
    public synchronized long tick() {
        long seconds = time >>> 32;
        long increment = time & 0xffffffffL;
        long wallSeconds = wall.millis() / 1000;
        if (wallSeconds > seconds) {
            seconds = wallSeconds;
            increment = 0;
        } else if (increment >= MAX_INCREMENT) {
            seconds++;
            increment = 0;
        }
        time = seconds << 32 | (increment + 1);
        return time;
    }

    /** The greatest cluster time known. */
    public synchronized long now() {
        return time;
    }

    /** Learns of a time seen elsewhere; never moves back. */
    public synchronized void advance(long seen) {
        if (Long.compareUnsigned(seen, time) > 0) {
            time = seen;
        }
    }

    public long wallMillis() {
        return wall.millis();
    }
}
