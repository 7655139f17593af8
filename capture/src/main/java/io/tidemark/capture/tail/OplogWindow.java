package io.tidemark.capture.tail;

import io.tidemark.schemas.model.Optime;
import java.util.Objects;

/**
 * What one member's oplog holds now.
 *
 * @param oldest the oldest entry
 * @param isWhole true if the oldest entry is the first one that the replica set ever wrote
 * @param newest the newest entry that a majority holds, as far as the member knows
 */
public record OplogWindow(Optime oldest, boolean isWhole, Optime newest) {
    public OplogWindow {
        Objects.requireNonNull(oldest, "oldest");
        Objects.requireNonNull(newest, "newest");
    }

    /** How far back the oplog reaches; a capture that stands still longer than this loses data. */
    public long seconds() {
        return Math.max(0, newest.clusterTime().seconds() - oldest.clusterTime().seconds());
    }
}
