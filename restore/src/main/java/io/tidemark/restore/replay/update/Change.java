package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Optional;

/** What a delta does to one field of the document that it is applied to. */
sealed interface Change {
    /** Section {@code d}: the field goes. */
    record Delete() implements Change {}

    /**
     * Section {@code u}: the value is written in the field's place, or at the end if it is absent.
     */
    record Update(RawElement value) implements Change {}

    /** Section {@code i}: the field goes from its place and is added at the end. */
    record Insert(RawElement value) implements Change {}

    /** Section {@code b}: the first bytes of a compressed column stay, the rest is replaced. */
    record Column(RawDocument edit) implements Change {}

    /** {@code s<field>}: the delta of an embedded document or array. */
    record Embedded(Delta delta) implements Change {
        /** A delta is an array's if and only if its first field is named {@code a}. */
        static Embedded of(RawDocument delta) {
            boolean array = delta.first().map(first -> first.isNamed("a")).orElse(false);
            return new Embedded(array ? new ArrayDelta(delta) : new DocumentDelta(delta));
        }

        /** Writes the changed value; where the types don't match the server writes null. */
        void apply(byte[] name, Optional<RawElement> before, RawDocumentBuilder after) {
            boolean array = delta instanceof ArrayDelta;
            RawElement old = before.orElse(null);
            if (old != null && array && old.isArray()) {
                after.openArray(name);
                delta.apply(old.document().orElseThrow(), after);
                after.close();
            } else if (old != null && !array && old.isDocument()) {
                after.openDocument(name);
                delta.apply(old.document().orElseThrow(), after);
                after.close();
            } else {
                after.appendNull(name);
            }
        }
    }
}
