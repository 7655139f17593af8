package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Optional;

/**
 * The {@code o} of an entry with {@code op: "u"}. The order of decision is the server's: a document
 * with {@code _id} replaces whatever else it says, then {@code $v: 2} is a delta, everything else
 * is modifiers.
 */
public final class OplogUpdate {
    private static final int UNKNOWN_VERSION = 4_772_600;
    private final RawDocument o;

    public OplogUpdate(RawDocument o) {
        this.o = o;
    }

    /** True if the document as it was does not matter. */
    public boolean isReplacement() {
        return o.has("_id");
    }

    /**
     * The document as the update leaves it.
     *
     * @param id the entry's {@code o2._id}: what a missing document starts from, as the server
     *     upserts it
     * @param before the document as it was, or empty if it is missing
     * @throws InvalidUpdateException if a server would refuse it as well
     */
    public byte[] apply(RawElement id, Optional<RawDocument> before) {
        if (isReplacement()) {
            return o.toBytes();
        }
        RawDocument base =
                before.orElseGet(
                        () -> RawDocument.of(new RawDocumentBuilder(64).append("_id", id).build()));
        RawDocumentBuilder after = new RawDocumentBuilder(base.sizeBytes() + o.sizeBytes());
        long version = o.find("$v").map(v -> v.number().orElse(-1)).orElse(1L);
        if (version == 2) {
            new DocumentDelta(diff()).apply(base, after);
        } else if (version == 1) {
            Modifiers.of(o).applyToDocument(base, after);
        } else {
            throw new InvalidUpdateException(
                    UNKNOWN_VERSION, "Unknown update format $v: " + version);
        }
        return after.build();
    }

    private RawDocument diff() {
        return o.find("diff")
                .filter(RawElement::isDocument)
                .flatMap(RawElement::document)
                .orElseThrow(
                        () ->
                                new InvalidUpdateException(
                                        UNKNOWN_VERSION, "An update with $v: 2 has no diff"));
    }
}
