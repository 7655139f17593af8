package io.tidemark.embedded.mongo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock that stands still until it is moved. Thread-safe. */
public final class SteppedClock extends Clock {
    private volatile Instant now;

    private SteppedClock(Instant now) {
        this.now = now;
    }

    /**
     * @param epochSeconds where it stands at first
     */
    public static SteppedClock at(long epochSeconds) {
        return new SteppedClock(Instant.ofEpochSecond(epochSeconds));
    }

    public synchronized void advance(Duration step) {
        now = now.plus(step);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
