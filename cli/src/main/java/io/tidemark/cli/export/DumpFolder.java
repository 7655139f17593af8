package io.tidemark.cli.export;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.bson.RawDocument;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A folder that appears whole or not at all: it is written beside its place under another name and
 * moved when everything is on disk.
 */
final class DumpFolder implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path place;
    private final Path work;
    private boolean moved;

    private DumpFolder(Path place, Path work) {
        this.place = place;
        this.work = work;
    }

    /**
     * @throws CommandFailure if there is something at that place
     */
    static DumpFolder at(Path place) {
        Path whole = place.toAbsolutePath().normalize();
        if (Files.exists(whole)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    whole
                            + " exists already. Name a folder that does not: what an export writes"
                            + " must not be mixed with anything.");
        }
        try {
            Files.createDirectories(whole.getParent());
            String name = "." + whole.getFileName() + ".unfinished-" + UUID.randomUUID();
            return new DumpFolder(whole, Files.createDirectory(whole.getParent().resolve(name)));
        } catch (IOException refused) {
            throw failed(whole, refused);
        }
    }

    /** One file under way. */
    final class Out implements Closeable {
        private final FileChannel file;
        private final OutputStream out;

        private Out(Path path, boolean gzip) throws IOException {
            Files.createDirectories(path.getParent());
            this.file =
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            OutputStream plain =
                    new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
            this.out = gzip ? new GZIPOutputStream(plain, BUFFER_BYTES) : plain;
        }

        /** On disk before the folder gets its name: what is whole stays so when the power fails. */
        private void sync() throws IOException {
            if (out instanceof GZIPOutputStream compressing) {
                compressing.finish();
            }
            out.flush();
            file.force(true);
        }

        void write(RawDocument document) {
            try {
                out.write(document.array(), document.offset(), document.sizeBytes());
            } catch (IOException full) {
                throw failed(work, full);
            }
        }

        @Override
        public void close() {
            try (out) {
                if (file.isOpen()) {
                    sync();
                }
            } catch (IOException full) {
                throw failed(work, full);
            }
        }
    }

    Out open(String name, boolean gzip) {
        try {
            return new Out(work.resolve(name), gzip);
        } catch (IOException refused) {
            throw failed(work, refused);
        }
    }

    void text(String name, String text, boolean gzip) {
        try (Out file = open(name, gzip)) {
            file.out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException full) {
            throw failed(work, full);
        }
    }

    /** Puts it in its place. */
    void finish() {
        try {
            move();
            moved = true;
        } catch (FileAlreadyExistsException meanwhile) {
            throw new CommandFailure(
                    ExitCode.USAGE, place + " came into being meanwhile; nothing was exported.");
        } catch (IOException refused) {
            throw failed(place, refused);
        }
    }

    private void move() throws IOException {
        try {
            Files.move(work, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException otherwise) {
            Files.move(work, place);
        }
    }

    private static CommandFailure failed(Path where, IOException cause) {
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "The export can't be written to "
                        + where
                        + ": "
                        + cause.getMessage()
                        + ". Is there space, and may this user write there? What was written is"
                        + " removed again.",
                cause);
    }

    @Override
    public void close() throws IOException {
        if (moved || !Files.exists(work)) {
            return;
        }
        List<Path> contents;
        try (Stream<Path> walk = Files.walk(work)) {
            contents = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : contents) {
            Files.deleteIfExists(each);
        }
    }
}
