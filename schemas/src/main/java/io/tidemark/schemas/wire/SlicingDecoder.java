package io.tidemark.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary decoder, except that long {@code bytes} are not copied: they are slices of the
 * value they are read from. Short ones are copied, so that who keeps a key does not keep 16 MiB
 * with it.
 */
final class SlicingDecoder extends Decoder {
    private static final int SHORTEST_SLICE = 512;

    private byte[] value;
    private BinaryDecoder in;

    /** Begins to read {@code bytes} from {@code offset}. */
    SlicingDecoder over(byte[] bytes, int offset) {
        value = bytes;
        in = DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, in);
        return this;
    }

    /** Lets go of the value. */
    void release() {
        over(new byte[0], 0);
    }

    boolean isEnd() throws IOException {
        return in.isEnd();
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        int length = length();
        if (length < SHORTEST_SLICE) {
            return ByteBuffer.wrap(copy(length));
        }
        int at = value.length - in.remainingBytes();
        in.skipFixed(length);
        return ByteBuffer.wrap(value, at, length).slice();
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        return new Utf8(copy(length()));
    }

    @Override
    public String readString() throws IOException {
        return new String(copy(length()), UTF_8);
    }

    /**
     * Checked against what is there before anything is allocated: a flipped bit can claim
     * gigabytes.
     */
    private int length() throws IOException {
        long length = in.readLong();
        int left = in.remainingBytes();
        if (length < 0 || length > left) {
            throw new EOFException(
                    "a field claims %d bytes where %d are left".formatted(length, left));
        }
        return (int) length;
    }

    private byte[] copy(int length) throws IOException {
        byte[] copy = new byte[length];
        in.readFixed(copy, 0, length);
        return copy;
    }

    @Override
    public int remainingBytes() {
        return in.remainingBytes();
    }

    @Override
    public void readNull() throws IOException {
        in.readNull();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return in.readBoolean();
    }

    @Override
    public int readInt() throws IOException {
        return in.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return in.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return in.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return in.readDouble();
    }

    @Override
    public void skipString() throws IOException {
        in.skipString();
    }

    @Override
    public void skipBytes() throws IOException {
        in.skipBytes();
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) throws IOException {
        in.readFixed(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        in.skipFixed(length);
    }

    @Override
    public int readEnum() throws IOException {
        return in.readEnum();
    }

    @Override
    public long readArrayStart() throws IOException {
        return in.readArrayStart();
    }

    @Override
    public long arrayNext() throws IOException {
        return in.arrayNext();
    }

    @Override
    public long skipArray() throws IOException {
        return in.skipArray();
    }

    @Override
    public long readMapStart() throws IOException {
        return in.readMapStart();
    }

    @Override
    public long mapNext() throws IOException {
        return in.mapNext();
    }

    @Override
    public long skipMap() throws IOException {
        return in.skipMap();
    }

    @Override
    public int readIndex() throws IOException {
        int index = in.readIndex();
        if (index < 0) {
            throw new AvroRuntimeException("Branch " + index + " of a union");
        }
        return index;
    }
}
