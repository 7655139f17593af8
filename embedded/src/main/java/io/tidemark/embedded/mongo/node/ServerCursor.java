package io.tidemark.embedded.mongo.node;

import java.util.List;
import java.util.Optional;

/** An open result that is handed out batch by batch. */
interface ServerCursor {
    /** A reply never holds more than this; a single larger document still travels alone. */
    int MAX_BATCH_BYTES = 16 * 1024 * 1024;

    String namespace();

    /**
     * The next documents, possibly none.
     *
     * @param maxCount 0 for as many as fit
     * @param waitMillis how long a tailable cursor may wait for the first document
     */
    List<byte[]> next(Request request, int maxCount, long waitMillis);

    /** Where another cursor may go on after the last batch, if this kind of cursor can tell. */
    default Optional<byte[]> resumeToken() {
        return Optional.empty();
    }

    /** Whether there can never be more. */
    boolean isExhausted();
}
