package io.tidemark.schemas.bson;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.bson.RawBsonDocument;

/**
 * A BSON document (or array) as a view of bytes that others own: nothing is decoded or copied until
 * asked for. The bytes must not change while the view lives. Elements are checked as they are
 * walked; {@link #validate} walks them all.
 */
public final class RawDocument implements Iterable<RawElement> {
    private static final int SMALLEST = 5;
    private final byte[] bytes;
    private final int offset;
    private final int length;

    /**
     * @throws MalformedBsonException if the length in the bytes is not {@code length} or the end is
     *     not a NUL
     */
    public RawDocument(byte[] bytes, int offset, int length) {
        if (length < SMALLEST || offset < 0 || offset + length > bytes.length) {
            throw new MalformedBsonException(
                    "a document of " + length + " bytes at byte " + offset + " of " + bytes.length);
        }
        int told = BsonBytes.int32(bytes, offset);
        if (told != length || bytes[offset + length - 1] != 0) {
            throw new MalformedBsonException(
                    "a document of "
                            + length
                            + " bytes says that it has "
                            + told
                            + ", or does not end with NUL");
        }
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    public static RawDocument of(byte[] bson) {
        return new RawDocument(bson, 0, bson.length);
    }

    public int sizeBytes() {
        return length;
    }

    public boolean isEmpty() {
        return length == SMALLEST;
    }

    /** The array that holds the document, shared with the owner: read only. */
    public byte[] array() {
        return bytes;
    }

    /** Where the document begins in {@link #array}. */
    public int offset() {
        return offset;
    }

    /** The document's bytes; a copy unless the document is the whole array. */
    public byte[] toBytes() {
        boolean whole = offset == 0 && length == bytes.length;
        return whole ? bytes : Arrays.copyOfRange(bytes, offset, offset + length);
    }

    public RawBsonDocument toBson() {
        return new RawBsonDocument(bytes, offset, length);
    }

    /** The first field with this name; {@code name} holds ASCII only. */
    public Optional<RawElement> find(String name) {
        FieldWalk walk = walk();
        while (walk.next()) {
            if (walk.isNamed(name)) {
                return Optional.of(walk.element());
            }
        }
        return Optional.empty();
    }

    /** From before the first field on. */
    public FieldWalk walk() {
        return new FieldWalk(bytes, offset, length);
    }

    /**
     * The field that begins at {@code start} in {@link #array} and whose name has so many bytes, as
     * a walk over this document told.
     */
    public RawElement elementAt(int start, int nameLength) {
        int limit = offset + length - 1;
        int nameEnd = start + 1 + nameLength;
        return new RawElement(
                bytes,
                start,
                nameEnd,
                BsonBytes.endOfValue(bytes[start], bytes, nameEnd + 1, limit));
    }

    public boolean has(String name) {
        return find(name).isPresent();
    }

    public Optional<RawElement> first() {
        return isEmpty() ? Optional.empty() : Optional.of(iterator().next());
    }

    /** The embedded document or array of that name. */
    public Optional<RawDocument> document(String name) {
        return find(name).flatMap(RawElement::document);
    }

    public Optional<String> string(String name) {
        return find(name).flatMap(RawElement::string);
    }

    /**
     * Walks the whole document, embedded ones too. @throws MalformedBsonException at the first
     * fault
     */
    public void validate() {
        for (RawElement element : this) {
            element.document().ifPresent(RawDocument::validate);
        }
    }

    @Override
    public Iterator<RawElement> iterator() {
        return new Elements();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawDocument document
                && Arrays.equals(
                        bytes,
                        offset,
                        offset + length,
                        document.bytes,
                        document.offset,
                        document.offset + document.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    /** Relaxed extended JSON, for messages; never log whole documents. */
    @Override
    public String toString() {
        return toBson().toJson();
    }

    private final class Elements implements Iterator<RawElement> {
        private final FieldWalk walk = walk();

        @Override
        public boolean hasNext() {
            return walk.hasNext();
        }

        @Override
        public RawElement next() {
            if (!walk.next()) {
                throw new NoSuchElementException("the document has no further field");
            }
            return walk.element();
        }
    }
}
