package io.tidemark.capture.snapshot;

import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import java.util.concurrent.TimeUnit;

/**
 * Makes sure that what was seen of a member stays true: that a majority holds it, and that the
 * member has not rolled back since this was made. Catalogue and table of transactions can't be read
 * with read concern majority.
 */
final class CaughtUp {
    private static final long PAUSE_MILLIS = 20;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private final SnapshotSource source;
    private final long rollbackId;

    CaughtUp(SnapshotSource source) {
        this.source = source;
        this.rollbackId = source.state().rollbackId();
    }

    /**
     * Returns when a majority holds everything that the member has now.
     *
     * @return a time that is not before anything seen of the member so far
     * @throws RolledBackException if something seen may have been taken back
     */
    ClusterTime await() throws InterruptedException {
        ClusterTime wanted = source.state().applied();
        SnapshotSource.State now = source.state();
        long moved = System.nanoTime();
        ClusterTime last = now.majority();
        while (now.majority().isBefore(wanted)) {
            requireSame(now);
            if (!now.majority().equals(last)) {
                last = now.majority();
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > PATIENCE_NANOS) {
                throw new SourceUnavailableException(
                        "No majority holds what "
                                + source.address()
                                + " has: it is at "
                                + wanted
                                + ", the majority at "
                                + last
                                + " for two minutes. What is read from it now could be rolled back;"
                                + " bring the replica set's members up");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            now = source.state();
        }
        requireSame(now);
        return now.majority();
    }

    private void requireSame(SnapshotSource.State now) {
        if (now.rollbackId() != rollbackId) {
            throw new RolledBackException(
                    "Member "
                            + source.address()
                            + " rolled back while it was scanned: what was seen of its collections"
                            + " may never have been. The scan has to begin again.");
        }
    }
}
