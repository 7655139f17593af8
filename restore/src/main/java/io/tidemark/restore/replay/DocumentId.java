package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/**
 * The {@code _id} of a document, equal by type and bytes. The server finds some ids equal that are
 * not equal here (1 and 1.0, or by a collation); entries always carry the stored bytes.
 */
public final class DocumentId {
    private static final byte DOUBLE = 0x01;
    private static final byte STRING = 0x02;
    private static final byte DOCUMENT = 0x03;
    private static final byte ARRAY = 0x04;
    private static final byte REGEX = 0x0B;
    private static final byte SYMBOL = 0x0E;
    private static final byte SCOPED_CODE = 0x0F;
    private static final byte INT32 = 0x10;
    private static final byte INT64 = 0x12;
    private static final byte DECIMAL = 0x13;

    /** What {@code {_id: …}} has besides the value: length, type, name, end. */
    private static final int AROUND_ID = 10;

    private final byte type;
    private final byte[] value;
    private final long hash;

    private DocumentId(byte type, byte[] value) {
        this.type = type;
        this.value = value;
        this.hash = spread(type, value);
    }

    /** Numbers in a row must not meet in one bucket, as they do with Java's own array hash. */
    private static long spread(byte type, byte[] value) {
        long hash = 0xCBF29CE484222325L ^ type;
        for (byte b : value) {
            hash = (hash ^ b & 0xFF) * 0x100000001B3L;
        }
        return hash ^ hash >>> 29;
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
                new RawDocumentBuilder(value.length + AROUND_ID)
                        .append(new byte[] {'_', 'i', 'd'}, type, value)
                        .build());
    }

    /** Writes it as a field of another name, given as UTF-8. */
    public void appendTo(RawDocumentBuilder document, byte[] name) {
        document.append(name, type, value);
    }

    /**
     * {@code {_id: …}}, which servers look up without planning a query; {@code {_id: {$eq: …}}} for
     * an id that would mean something else there.
     */
    public RawDocument asFilter() {
        if (type != DOCUMENT && type != ARRAY && type != REGEX) {
            return asDocument();
        }
        return RawDocument.of(
                new RawDocumentBuilder(value.length + 32)
                        .openDocument("_id")
                        .append(new byte[] {'$', 'e', 'q'}, type, value)
                        .close()
                        .build());
    }

    /**
     * The same for all ids that a server finds equal where no collation is set: numbers of one
     * value and whatever type, alone or within documents.
     */
    int equalityHash() {
        return switch (type) {
            // The commonest by far, each of which is looked at.
            case INT32 -> mixed(little().getInt());
            case INT64 -> mixed(little().getLong());
            case DOUBLE, DECIMAL, DOCUMENT, ARRAY, SYMBOL, SCOPED_CODE ->
                    equalityHash(asDocument().first().orElseThrow());
            default -> (int) hash;
        };
    }

    private ByteBuffer little() {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int equalityHash(RawElement element) {
        return switch (element.typeByte()) {
            case INT32, INT64, DOUBLE -> mixed(element.number().orElseThrow());
            case DECIMAL -> mixed(wholeNumber(element.valueBytes()));
            case STRING, SYMBOL -> (int) spread(STRING, element.valueBytes());
            case DOCUMENT, ARRAY -> {
                int hash = 1;
                for (RawElement field : element.document().orElseThrow()) {
                    hash = 31 * hash + (int) spread((byte) 0, field.nameBytes());
                    hash = 31 * hash + equalityHash(field);
                }
                yield hash;
            }
            // Its scope may hold numbers; nobody has many such ids.
            case SCOPED_CODE -> SCOPED_CODE;
            default -> (int) spread(element.typeByte(), element.valueBytes());
        };
    }

    /** Rounded towards zero and clamped, as a double is when it becomes a long. */
    private static long wholeNumber(byte[] decimal) {
        ByteBuffer bytes = ByteBuffer.wrap(decimal).order(ByteOrder.LITTLE_ENDIAN);
        long low = bytes.getLong();
        Decimal128 value = Decimal128.fromIEEE754BIDEncoding(bytes.getLong(), low);
        if (value.isNaN()) {
            return 0;
        }
        if (value.isInfinite()) {
            return value.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        BigDecimal exact = new BigDecimal(value.toString());
        boolean small = exact.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0;
        return small ? exact.longValue() : exact.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private static int mixed(long number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
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
        return (int) hash;
    }

    /** As {@link #hashCode}, of 64 bits. */
    public long hash() {
        return hash;
    }

    @Override
    public String toString() {
        return asDocument().toString();
    }
}
