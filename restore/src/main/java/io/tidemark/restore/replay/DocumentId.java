package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Arrays;
import org.bson.BsonValue;

/**
 * The {@code _id} of a document, equal by type and bytes. The server finds some ids equal that are
 * not equal here (1 and 1.0, or by a collation); entries always carry the stored bytes.
 */
public final class DocumentId {
    private final byte type;
    private final byte[] value;
    private final int hash;

    private DocumentId(byte type, byte[] value) {
        this.type = type;
        this.value = value;
        this.hash = spread(type, value);
    }

    /** Numbers in a row must not meet in one bucket, as they do with Java's own array hash. */
    private static int spread(byte type, byte[] value) {
        long hash = 0xCBF29CE484222325L ^ type;
        for (byte b : value) {
            hash = (hash ^ b) * 0x100000001B3L;
        }
        return (int) (hash ^ hash >>> 29);
    }

    public static DocumentId of(RawElement id) {
        return new DocumentId(id.typeByte(), id.valueBytes());
    }

    /**
     * @throws IllegalArgumentException if the document has no {@code _id}
     */
    public static DocumentId ofDocument(RawDocument document) {
        return document.find("_id")
                .map(DocumentId::of)
                .orElseThrow(() -> new IllegalArgumentException("a document has no _id"));
    }

    /** {@code {_id: …}}. */
    public RawDocument asDocument() {
        return RawDocument.of(
                new RawDocumentBuilder(value.length + 16)
                        .append(new byte[] {'_', 'i', 'd'}, type, value)
                        .build());
    }

    /** {@code {_id: {$eq: …}}}: by equality, so that an id that looks like an operator is none. */
    public RawDocument asFilter() {
        return RawDocument.of(
                new RawDocumentBuilder(value.length + 32)
                        .openDocument("_id")
                        .append(new byte[] {'$', 'e', 'q'}, type, value)
                        .close()
                        .build());
    }

    public BsonValue toBson() {
        return asDocument().toBson().get("_id");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentId id && type == id.type && Arrays.equals(value, id.value);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return asDocument().toString();
    }
}
