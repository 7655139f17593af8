package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import java.util.Optional;

/**
 * A part of a collection, in the order of {@code _id} or, whole, in the order in which it is
 * stored.
 *
 * @param from {@code {_id: …}}, inclusive; empty for the beginning
 * @param to {@code {_id: …}}, exclusive; empty for the end
 */
public record ScanRange(boolean byId, Optional<RawDocument> from, Optional<RawDocument> to) {
    public ScanRange {
        if (!byId && (from.isPresent() || to.isPresent())) {
            throw new IllegalArgumentException("a scan in stored order has no bounds");
        }
    }

    /** Everything, as it is stored. */
    public static ScanRange natural() {
        return new ScanRange(false, Optional.empty(), Optional.empty());
    }

    ScanRange startingAt(RawDocument id) {
        return new ScanRange(true, Optional.of(id), to);
    }
}
