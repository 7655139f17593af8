package io.tidemark.timeline.event;

import io.tidemark.schemas.bson.RawDocument;
import java.util.Optional;

/** The shard keys {@code [min, max)} of a chunk, as the server wrote them. */
public record ChunkRange(RawDocument min, RawDocument max) {
    /**
     * The range of a document with {@code min} and {@code max}; empty where one is missing or {}.
     */
    public static Optional<ChunkRange> of(RawDocument holder) {
        Optional<RawDocument> min = holder.document("min").filter(bound -> !bound.isEmpty());
        Optional<RawDocument> max = holder.document("max").filter(bound -> !bound.isEmpty());
        return min.isPresent() && max.isPresent()
                ? Optional.of(new ChunkRange(detached(min.get()), detached(max.get())))
                : Optional.empty();
    }

    /** A copy of its own, so that a small range doesn't hold a large entry in memory. */
    private static RawDocument detached(RawDocument bound) {
        return RawDocument.of(bound.toBytes());
    }

    @Override
    public String toString() {
        return "[" + min + ", " + max + ")";
    }
}
