package io.tidemark.embedded.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Passes the body of one request on, of known length or chunked; may be slow or break off. */
final class BodyRelay {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long untilCut = Long.MAX_VALUE;
    private long bytesPerSecond = Long.MAX_VALUE;

    BodyRelay(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    void cutAfter(long bytes) {
        untilCut = bytes;
    }

    void limit(long perSecond) {
        bytesPerSecond = perSecond;
    }

    void relay(RequestHead head) throws IOException {
        if (head.chunked()) {
            relayChunks();
        } else {
            relay(head.contentLength());
        }
        if (untilCut != Long.MAX_VALUE) {
            throw new EOFException("Cut at the end of a body that is shorter than asked for");
        }
    }

    private void relayChunks() throws IOException {
        long size;
        do {
            byte[] line = line();
            String text = new String(line, ISO_8859_1).strip();
            int extension = text.indexOf(';');
            size = Long.parseLong(extension < 0 ? text : text.substring(0, extension).strip(), 16);
            out.write(line);
            relay(size);
            if (size > 0) {
                out.write(line());
            }
        } while (size > 0);
        byte[] trailer;
        do {
            trailer = line();
            out.write(trailer);
        } while (trailer.length > 2);
    }

    private void relay(long length) throws IOException {
        long left = length;
        while (left > 0) {
            int step = (int) Math.min(Math.min(left, buffer.length), untilCut);
            if (step == 0) {
                throw new EOFException("Cut on purpose");
            }
            int read = in.read(buffer, 0, Math.min(step, quantum()));
            if (read < 0) {
                throw new EOFException("The client broke off within the body of a request");
            }
            out.write(buffer, 0, read);
            left -= read;
            untilCut = untilCut == Long.MAX_VALUE ? untilCut : untilCut - read;
            pace(read);
        }
    }

    /** Small steps where the rate is limited, so that it is even. */
    private int quantum() {
        return (int) Math.max(1, Math.min(buffer.length, bytesPerSecond / 20));
    }

    private void pace(int bytes) throws IOException {
        if (bytesPerSecond != Long.MAX_VALUE) {
            RelayedConnection.sleep(1_000L * bytes / bytesPerSecond);
        }
    }

    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(32);
        int next;
        do {
            next = in.read();
            if (next < 0) {
                throw new EOFException("The client broke off between the chunks of a body");
            }
            line.write(next);
        } while (next != '\n');
        return line.toByteArray();
    }
}
