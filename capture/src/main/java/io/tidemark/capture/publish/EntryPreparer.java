package io.tidemark.capture.publish;

import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.EntryEncoder;
import io.tidemark.schemas.oplog.OplogEntry;

/**
 * Makes entries ready for one topic. Apart from the topic, so that another thread than the one that
 * sends may do it; one at a time.
 */
public final class EntryPreparer {
    private final EntryEncoder encoder;

    /**
     * @param schemaId of {@code OplogRecord}'s schema in the registry
     */
    EntryPreparer(int schemaId, Incarnation incarnation) {
        this.encoder = new EntryEncoder(schemaId, incarnation);
    }

    /** The entry's bytes are copied: it need not be kept. */
    public PreparedEntry prepare(OplogEntry entry) {
        return new PreparedEntry(
                entry.optime(),
                entry.raw().sizeBytes(),
                entry.shape().recordKind(),
                entry.ns(),
                encoder.key(entry),
                encoder.value(entry));
    }
}
