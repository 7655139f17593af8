package io.tidemark.schemas.bson;

/**
 * Walks a document's fields without making an object of each, for what is read of every oplog
 * entry. One thread at a time.
 *
 * <pre>{@code
 * FieldWalk walk = document.walk();
 * while (walk.next()) { if (walk.isNamed("ts")) … }
 * }</pre>
 */
public final class FieldWalk {
    private final byte[] bytes;
    private final int limit;
    private int next;
    private int start;
    private int nameEnd;

    FieldWalk(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.limit = offset + length - 1;
        this.next = offset + 4;
    }

    boolean hasNext() {
        return next < limit;
    }

    /**
     * Goes on to the next field; false behind the last one.
     *
     * @throws MalformedBsonException if that field does not lie within the document
     */
    public boolean next() {
        if (!hasNext()) {
            return false;
        }
        start = next;
        nameEnd = BsonBytes.endOfCString(bytes, start + 1, limit);
        next = BsonBytes.endOfValue(bytes[start], bytes, nameEnd + 1, limit);
        return true;
    }

    /** Where the field begins in the document's array; {@link RawDocument#elementAt} takes it. */
    public int start() {
        return start;
    }

    /** How many bytes the field's name has. */
    public int nameLength() {
        return nameEnd - start - 1;
    }

    /** Compares without decoding; {@code ascii} holds ASCII only. */
    public boolean isNamed(String ascii) {
        return RawElement.isNamed(bytes, start + 1, nameEnd, ascii);
    }

    /** The field as an object. */
    public RawElement element() {
        return new RawElement(bytes, start, nameEnd, next);
    }
}
