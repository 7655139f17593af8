package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.backupfile.BsonFile;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.MalformedEntryException;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A file of oplog entries, read once to its end: whole, in order, and from where to where.
 *
 * @param first the place of its first entry
 * @param last the place of its last entry
 * @param firstEver whether its first entry is the first that the replica set ever wrote
 */
record OplogFile(OplogInput input, Optime first, Optime last, boolean firstEver) {
    /**
     * Reads the whole file.
     *
     * @return empty for a file without entries
     * @throws CommandFailure if the file is cut off, not BSON, holds something else than entries,
     *     entries out of order, or such that it should not hold
     */
    static Optional<OplogFile> scan(OplogInput input) {
        try (Reader reader = new Reader(input.file())) {
            Optional<OplogEntry> first = reader.next();
            if (first.isEmpty()) {
                return Optional.empty();
            }
            Optime last = first.get().optime();
            for (Optional<OplogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
                last = e.get().optime();
            }
            input.requireWithin(first.get().clusterTime(), last.clusterTime());
            return Optional.of(
                    new OplogFile(input, first.get().optime(), last, isFirstEver(first.get())));
        } catch (IOException unreadable) {
            throw input.file().unreadable(unreadable);
        }
    }

    BackupFile file() {
        return input.file();
    }

    /** It holds every entry from here on, as far as it reaches. */
    ClusterTime coversFrom() {
        ClusterTime from = first.clusterTime();
        return input.coversFrom().map(time -> ClusterTime.min(time, from)).orElse(from);
    }

    /** It holds every entry up to here. */
    ClusterTime coversThrough() {
        ClusterTime through = last.clusterTime();
        return input.coversThrough().map(time -> ClusterTime.max(time, through)).orElse(through);
    }

    Reader open() {
        return new Reader(input.file());
    }

    /** A replica set's oplog begins with the noop {@code initiating set}. */
    private static boolean isFirstEver(OplogEntry entry) {
        return entry.op().equals("n")
                && entry.o().string("msg").filter("initiating set"::equals).isPresent();
    }

    /** Gives the entries in order. */
    static final class Reader implements Closeable {
        private final BsonFile documents;
        private Optime previous = Optime.NONE;

        Reader(BackupFile file) {
            this.documents = BsonFile.open(file);
        }

        BackupFile file() {
            return documents.file();
        }

        Optional<OplogEntry> next() {
            Optional<OplogEntry> entry = documents.next().map(this::entry);
            entry.ifPresent(this::requireOrder);
            entry.ifPresent(this::requirePayload);
            return entry;
        }

        private OplogEntry entry(io.tidemark.schemas.bson.RawDocument document) {
            try {
                return OplogEntry.of(document);
            } catch (MalformedEntryException noEntry) {
                throw new CommandFailure(
                        ExitCode.ARCHIVE_DAMAGED,
                        "File "
                                + file()
                                + ", document "
                                + documents.documents()
                                + ", is no oplog entry: "
                                + noEntry.getMessage()
                                + ". Give files of oplog entries as --oplog, and collections in"
                                + " the folder of --dump.",
                        noEntry);
            }
        }

        private void requireOrder(OplogEntry entry) {
            if (entry.clusterTime().isBefore(previous.clusterTime())) {
                throw outOfOrder(
                        entry.optime(),
                        ". An oplog is in the order of cluster time; this file mixes several. Give"
                                + " them as separate files.");
            }
            requireTerm(entry.optime());
            previous = entry.optime();
        }

        /** Elections only raise the term: what falls behind was written by who had lost one. */
        private void requireTerm(Optime optime) {
            if (optime.term() >= 0 && optime.term() < previous.term()) {
                throw outOfOrder(
                        optime,
                        ", of a later term, so the file mixes two histories, one of which was"
                                + " rolled back. Nothing of this import was made part of the"
                                + " archive; copy the oplog from a member that has what a majority"
                                + " has.");
            }
        }

        private CommandFailure outOfOrder(Optime next, String meaning) {
            return new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "File "
                            + file()
                            + ", entry "
                            + documents.documents()
                            + ": "
                            + next
                            + " follows "
                            + previous
                            + meaning);
        }

        /** Here rather than in the restore that comes to it, when the file may be gone. */
        private void requirePayload(OplogEntry entry) {
            try {
                entry.requirePayload();
            } catch (MalformedEntryException without) {
                throw new CommandFailure(
                        ExitCode.ARCHIVE_DAMAGED,
                        "File "
                                + file()
                                + ", entry "
                                + documents.documents()
                                + ": "
                                + without.getMessage()
                                + ", so what it wrote is not known. Copy the oplog again, from"
                                + " another member if it is the same there.",
                        without);
            }
        }

        @Override
        public void close() throws IOException {
            documents.close();
        }
    }
}
