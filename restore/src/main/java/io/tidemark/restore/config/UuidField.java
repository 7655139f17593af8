package io.tidemark.restore.config;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** Gives a document of {@code config.collections} or {@code config.chunks} another UUID. */
public final class UuidField {
    private UuidField() {}

    /** The same, with this one in its field {@code uuid}. */
    public static RawDocument of(RawDocument document, UUID uuid) {
        RawDocumentBuilder changed = new RawDocumentBuilder(document.sizeBytes());
        for (RawElement field : document) {
            if (field.isNamed("uuid")) {
                changed.append(field.nameBytes(), (byte) 0x05, binary(uuid));
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    private static byte[] binary(UUID uuid) {
        return ByteBuffer.allocate(21)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(16)
                .put((byte) 4)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
