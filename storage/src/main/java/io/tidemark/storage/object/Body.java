package io.tidemark.storage.object;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The content of an object to be put. It can be opened again and again and gives the same bytes
 * each time, so that an upload can be repeated.
 */
public interface Body {
    long sizeBytes();

    /** A new stream over the whole content; the caller closes it. */
    InputStream open() throws IOException;

    /**
     * @param bytes kept: the caller must not change them afterwards
     */
    static Body of(byte[] bytes) {
        return new Body() {
            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    /** The file's content; the file must not change until the put is done. */
    static Body of(Path file) throws IOException {
        long size = Files.size(file);
        return new Body() {
            @Override
            public long sizeBytes() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    /** One after the other. */
    static Body concat(List<Body> parts) {
        List<Body> fixed = List.copyOf(parts);
        return new Body() {
            @Override
            public long sizeBytes() {
                return fixed.stream().mapToLong(Body::sizeBytes).sum();
            }

            @Override
            public InputStream open() throws IOException {
                List<InputStream> streams = new ArrayList<>();
                for (Body part : fixed) {
                    streams.add(part.open());
                }
                return new SequenceInputStream(Collections.enumeration(streams));
            }
        };
    }
}
