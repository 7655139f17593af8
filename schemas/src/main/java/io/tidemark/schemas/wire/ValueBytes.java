package io.tidemark.schemas.wire;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the bytes of one value. Long runs (the raw entry, up to 16 MiB) are kept by reference
 * and copied once, into the value; short ones are copied into a buffer that is used again. One
 * thread at a time.
 */
final class ValueBytes extends OutputStream {
    /**
     * Below this an array may be a buffer of the encoder's (2 KiB) or of the stream adapter that it
     * uses for off-heap buffers (8 or 16 KiB), which changes after the call.
     */
    private static final int BY_REFERENCE = 64 * 1024;

    /**
     * Bytes of someone else's array; before them go {@code bufferedBefore} bytes of ours, counted
     * from the start.
     */
    private record Run(int bufferedBefore, byte[] array, int offset, int length) {}

    private byte[] buffer = new byte[4 * 1024];
    private int buffered;
    private final List<Run> runs = new ArrayList<>();

    @Override
    public void write(int b) {
        reserve(1);
        buffer[buffered++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (length >= BY_REFERENCE) {
            runs.add(new Run(buffered, bytes, offset, length));
            return;
        }
        reserve(length);
        System.arraycopy(bytes, offset, buffer, buffered, length);
        buffered += length;
    }

    private void reserve(int more) {
        if (buffered + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, buffered + more));
        }
    }

    /** All that was written, after {@code headerBytes} zeros; forgets it. */
    byte[] takeAfter(int headerBytes) {
        int length = headerBytes + buffered;
        for (Run run : runs) {
            length += run.length();
        }
        byte[] value = new byte[length];
        int at = headerBytes;
        int copied = 0;
        for (Run run : runs) {
            int own = run.bufferedBefore() - copied;
            System.arraycopy(buffer, copied, value, at, own);
            System.arraycopy(run.array(), run.offset(), value, at + own, run.length());
            copied += own;
            at += own + run.length();
        }
        System.arraycopy(buffer, copied, value, at, buffered - copied);
        clear();
        return value;
    }

    void clear() {
        buffered = 0;
        runs.clear();
    }
}
