package io.tidemark.capture.tail;

import java.time.Duration;

/**
 * The pace of a tailer.
 *
 * @param commitEntries commit when so many entries are under way
 * @param commitBytes commit when so many bytes of entries are under way: producers keep buffers for
 *     as much as they once had to send
 * @param commitInterval commit when the oldest entry under way is so old
 * @param awaitData how long a quiet member is waited for in one request
 * @param gapPatience how long members that can't be asked are waited for before a gap is recorded
 * @param windowRefresh how often the member is asked what its oplog holds
 * @param backOffMin the first pause after a failure; doubled each time
 * @param backOffMax the longest pause between two attempts
 */
public record TailSettings(
        int commitEntries,
        long commitBytes,
        Duration commitInterval,
        Duration awaitData,
        Duration gapPatience,
        Duration windowRefresh,
        Duration backOffMin,
        Duration backOffMax) {
    public static final TailSettings DEFAULTS =
            new TailSettings(
                    20_000,
                    32L << 20,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10));

    public TailSettings {
        if (commitEntries < 1 || commitBytes < 1) {
            throw new IllegalArgumentException(
                    "commitEntries and commitBytes must be 1 or more but are "
                            + commitEntries
                            + " and "
                            + commitBytes);
        }
        if (backOffMin.isZero() || backOffMin.compareTo(backOffMax) > 0) {
            throw new IllegalArgumentException(
                    "back-off from " + backOffMin + " to " + backOffMax + " is impossible");
        }
    }

    Duration backOff(int failures) {
        long factor = 1L << Math.min(Math.max(failures - 1, 0), 20);
        Duration pause = backOffMin.multipliedBy(factor);
        return pause.compareTo(backOffMax) < 0 ? pause : backOffMax;
    }
}
