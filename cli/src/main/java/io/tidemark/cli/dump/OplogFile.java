package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of oplog entries, read once to its end: whole, in order, and from where to where.
 *
 * @param first the place of its first entry
 * @param last the place of its last entry
 * @param firstEver whether its first entry is the first that the replica set ever wrote
 */
record OplogFile(Path path, Optime first, Optime last, boolean firstEver) {
    /**
     * Reads the whole file.
     *
     * @return empty for a file without entries
     * @throws CommandFailure if the file is cut off, not BSON, holds something else than entries,
     *     or entries out of order
     */
    static Optional<OplogFile> scan(Path path) {
        try (Reader reader = new Reader(path)) {
            Optional<OplogEntry> first = reader.next();
            if (first.isEmpty()) {
                return Optional.empty();
            }
            Optime last = first.get().optime();
            for (Optional<OplogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
                last = e.get().optime();
            }
            return Optional.of(
                    new OplogFile(path, first.get().optime(), last, isFirstEver(first.get())));
        } catch (IOException unreadable) {
            throw InputFile.unreadable(path, unreadable);
        }
    }

    Reader open() {
        return new Reader(path);
    }

    /** A replica set's oplog begins with the noop {@code initiating set}. */
    private static boolean isFirstEver(OplogEntry entry) {
        return entry.op().equals("n")
                && entry.o().string("msg").filter("initiating set"::equals).isPresent();
    }

    /** Gives the entries in order. */
    static final class Reader implements Closeable {
        private final BsonFile file;
        private Optime previous = Optime.NONE;

        Reader(Path path) {
            this.file = BsonFile.open(path);
        }

        Path path() {
            return file.path();
        }

        Optional<OplogEntry> next() {
            Optional<OplogEntry> entry = file.next().map(this::entry);
            entry.ifPresent(this::requireOrder);
            return entry;
        }

        private OplogEntry entry(io.tidemark.schemas.bson.RawDocument document) {
            try {
                return OplogEntry.of(document);
            } catch (MalformedEntryException noEntry) {
                throw new CommandFailure(
                        ExitCode.ARCHIVE_DAMAGED,
                        "File "
                                + file.path()
                                + ", document "
                                + file.documents()
                                + ", is no oplog entry: "
                                + noEntry.getMessage()
                                + ". Give files of oplog entries as --oplog, and collections in"
                                + " the folder of --dump.",
                        noEntry);
            }
        }

        private void requireOrder(OplogEntry entry) {
            if (entry.clusterTime().isBefore(previous.clusterTime())) {
                throw new CommandFailure(
                        ExitCode.ARCHIVE_DAMAGED,
                        "File "
                                + file.path()
                                + ", entry "
                                + file.documents()
                                + ": "
                                + entry.optime()
                                + " follows "
                                + previous
                                + ". An oplog is in the order of cluster time; this file mixes"
                                + " several. Give them as separate files.");
            }
            previous = entry.optime();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
