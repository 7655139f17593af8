package io.tidemark.embedded.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * Request line and headers of one HTTP/1.1 request, as received, and the little of them a relay
 * must know.
 */
record RequestHead(byte[] bytes, String method, String path, long contentLength, boolean chunked) {
    private static final int LIMIT = 64 * 1024;

    /** Empty when the client has ended the connection instead of sending another request. */
    static Optional<RequestHead> read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        int endOfHead = 0; // how much of CR LF CR LF has been seen
        while (endOfHead < 4) {
            int next = in.read();
            if (next < 0) {
                if (bytes.size() == 0) {
                    return Optional.empty();
                }
                throw new EOFException("The client broke off within the head of a request");
            }
            bytes.write(next);
            boolean expected = next == (endOfHead % 2 == 0 ? '\r' : '\n');
            endOfHead = expected ? endOfHead + 1 : next == '\r' ? 1 : 0;
            if (bytes.size() > LIMIT) {
                throw new IOException("The head of a request is longer than " + LIMIT + " bytes");
            }
        }
        return Optional.of(parse(bytes.toByteArray()));
    }

    private static RequestHead parse(byte[] bytes) throws IOException {
        String[] lines = new String(bytes, ISO_8859_1).split("\r\n");
        String[] request = lines[0].split(" ");
        if (request.length != 3) {
            throw new IOException("Not a request line: " + lines[0]);
        }
        long length = 0;
        boolean chunked = false;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = lines[i].substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            if (name.equals("content-length")) {
                length = Long.parseLong(value);
            } else if (name.equals("transfer-encoding")) {
                chunked = value.toLowerCase(Locale.ROOT).contains("chunked");
            }
        }
        return new RequestHead(bytes, request[0], request[1], length, chunked);
    }
}
