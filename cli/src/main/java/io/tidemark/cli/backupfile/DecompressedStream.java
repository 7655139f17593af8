package io.tidemark.cli.backupfile;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What a library decompresses. Some of them tell of damaged input by unchecked exceptions, which
 * would pass for a bug of ours; here it is what it is to every reader, an input that fails.
 */
final class DecompressedStream extends FilterInputStream {
    /** One step of a decompressor. */
    interface Step<T> {
        T run() throws IOException;
    }

    DecompressedStream(InputStream decompressed) {
        super(decompressed);
    }

    /**
     * @throws IOException if the library can't make anything of its input
     */
    static <T> T step(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (RuntimeException damaged) {
            throw new IOException(
                    "its compression can't be read (" + damaged.getMessage() + ")", damaged);
        }
    }

    @Override
    public int read() throws IOException {
        return step(() -> in.read());
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return step(() -> in.read(into, offset, length));
    }
}
