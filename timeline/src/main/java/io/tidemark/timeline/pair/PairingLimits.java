package io.tidemark.timeline.pair;

import java.time.Duration;

/**
 * How long, in cluster time, pairing waits for what may never be written.
 *
 * @param settle after the last step of an operation that has no written end (collMod on several
 *     shards before 5.0, index builds): how long another shard's step may still belong to it. So
 *     long the time since its first step counts as unsafe. Longer delays safe times, shorter may
 *     take one operation for two
 * @param patience after the last sign of an operation whose end was never written (its process
 *     died): then it is closed with outcome unknown
 * @param memory how long an ended operation is remembered, to know its repeated end (a failover may
 *     log it twice) from an end whose start was never captured
 */
public record PairingLimits(Duration settle, Duration patience, Duration memory) {
    public static final PairingLimits DEFAULT =
            new PairingLimits(Duration.ofSeconds(10), Duration.ofHours(24), Duration.ofHours(1));

    public PairingLimits {
        requirePositive("settle", settle);
        requirePositive("patience", patience);
        requirePositive("memory", memory);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be more than zero but is " + value);
        }
    }
}
