package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Reads one file of concatenated BSON documents, one document at a time. */
final class BsonFile implements Closeable {
    private static final int SMALLEST_BYTES = 5;

    /** 16 MiB and what an oplog entry may hold beyond it, generously. */
    private static final int LARGEST_BYTES = (16 << 20) + (64 << 10);

    private final Path path;
    private final InputStream in;
    private long position;
    private long documents;

    private BsonFile(Path path, InputStream in) {
        this.path = path;
        this.in = in;
    }

    static BsonFile open(Path path) {
        return new BsonFile(path, InputFile.open(path));
    }

    Path path() {
        return path;
    }

    /** How many documents were read so far. */
    long documents() {
        return documents;
    }

    /**
     * The next document; empty at the end of the file.
     *
     * @throws CommandFailure if the file ends within a document or holds something else than BSON
     */
    Optional<RawDocument> next() {
        try {
            byte[] head = in.readNBytes(4);
            if (head.length == 0) {
                return Optional.empty();
            }
            return Optional.of(read(head));
        } catch (IOException unreadable) {
            throw InputFile.unreadable(path, unreadable);
        }
    }

    private RawDocument read(byte[] head) throws IOException {
        int length = head.length < 4 ? SMALLEST_BYTES : littleEndian(head);
        if (length < SMALLEST_BYTES || length > LARGEST_BYTES) {
            throw notBson("there a document would have " + length + " bytes");
        }
        byte[] document = new byte[length];
        System.arraycopy(head, 0, document, 0, head.length);
        int read = head.length < 4 ? 0 : in.readNBytes(document, 4, length - 4);
        if (read < length - 4) {
            throw cutOff(head.length + read, length);
        }
        try {
            RawDocument raw = RawDocument.of(document);
            raw.validate();
            position += length;
            documents++;
            return raw;
        } catch (MalformedBsonException malformed) {
            throw notBson(malformed.getMessage());
        }
    }

    private CommandFailure notBson(String why) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + path
                        + " holds no BSON document at byte "
                        + position
                        + " (after "
                        + documents
                        + " documents): "
                        + why
                        + ". It is damaged, or of another type (a mongodump --archive file and"
                        + " extended JSON are not read; gzip, zstd and framed snappy are). Nothing"
                        + " of this import was made part of the archive.");
    }

    private CommandFailure cutOff(int there, int length) {
        String wanted = there < 4 ? "at least " + SMALLEST_BYTES : Integer.toString(length);
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + path
                        + " is cut off: the document at byte "
                        + position
                        + " (after "
                        + documents
                        + " whole ones) has "
                        + there
                        + " bytes of "
                        + wanted
                        + ". What follows is lost, so nothing of this import was made part of the"
                        + " archive. Copy the file again from where it was written.");
    }

    private static int littleEndian(byte[] bytes) {
        return bytes[0] & 0xFF
                | (bytes[1] & 0xFF) << 8
                | (bytes[2] & 0xFF) << 16
                | (bytes[3] & 0xFF) << 24;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
