package io.tidemark.storage.frames;

import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** BSON documents one after the other in one array, as views of it. */
public final class DocumentRun implements Iterator<RawDocument> {
    public static final DocumentRun EMPTY = new DocumentRun(new byte[0]);
    private static final int SMALLEST = 5;
    private final byte[] bytes;
    private final ByteBuffer lengths;
    private int next;

    public DocumentRun(byte[] bytes) {
        this.bytes = bytes;
        this.lengths = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * How many documents the array holds.
     *
     * @throws MalformedBsonException if lengths don't lead exactly to its end
     */
    public int count() {
        int count = 0;
        for (int at = 0; at < bytes.length; at += lengthAt(at)) {
            count++;
        }
        return count;
    }

    @Override
    public boolean hasNext() {
        return next < bytes.length;
    }

    @Override
    public RawDocument next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further document");
        }
        int length = lengthAt(next);
        RawDocument document = new RawDocument(bytes, next, length);
        next += length;
        return document;
    }

    private int lengthAt(int at) {
        int length = at + 4 <= bytes.length ? lengths.getInt(at) : -1;
        if (length < SMALLEST || length > bytes.length - at) {
            throw new MalformedBsonException(
                    "a document at byte " + at + " of " + bytes.length + " says it has " + length);
        }
        return length;
    }
}
