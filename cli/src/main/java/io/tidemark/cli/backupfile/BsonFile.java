package io.tidemark.cli.backupfile;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Counted;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads one file of concatenated BSON documents, one document at a time. */
public final class BsonFile implements Closeable {
    private static final int SMALLEST_BYTES = 5;

    /** 16 MiB and what an oplog entry may hold beyond it, generously. */
    private static final int LARGEST_BYTES = (16 << 20) + (64 << 10);

    private static final int BLOCK_END = -1;

    private final BackupFile file;
    private final InputStream in;
    private long position;
    private long documents;

    private BsonFile(BackupFile file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * @throws CommandFailure if there is no such file, or it can't be read
     */
    public static BsonFile open(BackupFile file) {
        return new BsonFile(file, file.open());
    }

    public BackupFile file() {
        return file;
    }

    /** How many documents were read so far. */
    public long documents() {
        return documents;
    }

    /**
     * The next document; empty at the end of the file.
     *
     * @throws CommandFailure if the file ends within a document or holds something else than BSON
     */
    public Optional<RawDocument> next() {
        try {
            byte[] head = in.readNBytes(4);
            if (head.length == 0) {
                return Optional.empty();
            }
            return Optional.of(read(head));
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    /**
     * The next document of a block as mongodump's archives have them; empty where four bytes FF end
     * the block.
     *
     * @throws CommandFailure as {@link #next()}, and if the file ends within the block
     */
    public Optional<RawDocument> nextOfBlock() {
        try {
            byte[] head = in.readNBytes(4);
            boolean end = head.length == 4 && littleEndian(head) == BLOCK_END;
            position += end ? 4 : 0;
            return end ? Optional.empty() : Optional.of(read(head));
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    /** True if these four bytes come next; they are passed over. */
    public boolean skip(int magic) {
        try {
            byte[] head = in.readNBytes(4);
            position += head.length;
            return head.length == 4 && littleEndian(head) == magic;
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
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
                        + file
                        + " holds no BSON document at byte "
                        + position
                        + " (after "
                        + Counted.of(documents, "document")
                        + "): "
                        + why
                        + ". It is damaged, or of another type (extended JSON is not read, and a"
                        + " mongodump archive only as --archive). Nothing of this import was made"
                        + " part of the archive.");
    }

    private CommandFailure cutOff(int there, int length) {
        String wanted = there < 4 ? "at least " + SMALLEST_BYTES : Integer.toString(length);
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "File "
                        + file
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
