package io.tidemark.sink.slice;

import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;

/**
 * When a slice ends: decided by the entries alone, never by this machine's clock, so that whoever
 * reads the same records from the same point makes the same slices.
 *
 * @param maxBytes raw bytes after which no entry is added; an entry that is larger has its own
 *     slice
 * @param maxTime cluster time from a slice's first entry to its last
 */
public record RollRule(long maxBytes, Duration maxTime) {
    public RollRule {
        if (maxBytes < 1 || maxTime.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    "slices of at most " + maxBytes + " bytes and " + maxTime);
        }
    }

    /** True if the slice must end before that entry. */
    boolean endsBefore(ClusterTime first, long rawBytes, ClusterTime entry, long entryBytes) {
        boolean full = rawBytes + entryBytes > maxBytes;
        return full || entry.seconds() - first.seconds() >= maxTime.toSeconds();
    }
}
