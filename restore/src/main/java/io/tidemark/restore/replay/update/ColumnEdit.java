package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Section {@code b} of a delta, {@code {o: int, d: BinData}}: a compressed time-series column keeps
 * its first {@code o} bytes and ends with {@code d}. A column shorter than {@code o} stays as it
 * is.
 */
final class ColumnEdit {
    private static final byte BINARY = 0x05;
    private static final byte COLUMN = 7;
    private static final int HEADER = 5;
    private static final int INVALID = 4_770_511;

    private ColumnEdit() {}

    static void apply(RawDocument edit, RawElement field, RawDocumentBuilder after) {
        if (field.typeByte() != BINARY || subtype(field) != COLUMN) {
            throw new InvalidUpdateException(
                    INVALID, "Field " + field.name() + " is no compressed column");
        }
        long kept = edit.find("o").map(o -> o.number().orElse(-1)).orElse(-1L);
        RawElement tail =
                edit.find("d")
                        .filter(d -> d.typeByte() == BINARY && kept >= 0)
                        .orElseThrow(
                                () ->
                                        new InvalidUpdateException(
                                                INVALID,
                                                "Expected {o: offset, d: BinData} for column "
                                                        + field.name()));
        int before = field.valueSizeBytes() - HEADER;
        if (before < kept) {
            after.append(field);
            return;
        }
        int added = tail.valueSizeBytes() - HEADER;
        ByteBuffer value =
                ByteBuffer.allocate(HEADER + (int) kept + added).order(ByteOrder.LITTLE_ENDIAN);
        value.putInt((int) kept + added).put(COLUMN);
        value.put(field.value().slice(HEADER, (int) kept)).put(tail.value().slice(HEADER, added));
        after.append(field.nameBytes(), BINARY, value.array());
    }

    private static byte subtype(RawElement field) {
        return field.value().get(4);
    }
}
