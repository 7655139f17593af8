package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.backupfile.BsonFile;
import io.tidemark.schemas.bson.RawDocument;
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
 * @param content what that reading saw
 */
record OplogFile(OplogInput input, OplogContent content) {
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
            OplogContent.Reading reading = new OplogContent.Reading(first.get());
            for (Optional<OplogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
                reading.add(e.get());
            }
            OplogContent content = reading.done();
            input.requireWithin(content.first().clusterTime(), content.last().clusterTime());
            return Optional.of(new OplogFile(input, content));
        } catch (IOException unreadable) {
            throw input.file().unreadable(unreadable);
        }
    }

    BackupFile file() {
        return input.file();
    }

    /** The place of its first entry. */
    Optime first() {
        return content.first();
    }

    /** The place of its last entry. */
    Optime last() {
        return content.last();
    }

    /** It holds every entry from here on, as far as it reaches. */
    ClusterTime coversFrom() {
        ClusterTime from = first().clusterTime();
        return input.coversFrom().map(time -> ClusterTime.min(time, from)).orElse(from);
    }

    /** It holds every entry up to here. */
    ClusterTime coversThrough() {
        ClusterTime through = last().clusterTime();
        return input.coversThrough().map(time -> ClusterTime.max(time, through)).orElse(through);
    }

    Reader open() {
        return new Reader(input.file());
    }

    /** Gives the entries in order. */
    static final class Reader implements Closeable {
        private final BsonFile documents;
        private final TransactionChains chains = new TransactionChains();
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
            entry.ifPresent(this::requireChain);
            return entry;
        }

        private OplogEntry entry(RawDocument document) {
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
            return damaged(next + " follows " + previous + meaning, null);
        }

        /** Here rather than in the restore that comes to it, when the file may be gone. */
        private void requirePayload(OplogEntry entry) {
            try {
                entry.requirePayload();
            } catch (MalformedEntryException without) {
                throw damaged(
                        without.getMessage()
                                + ", so what it wrote is not known. Copy the oplog again, from"
                                + " another member if it is the same there.",
                        without);
            }
        }

        private void requireChain(OplogEntry entry) {
            Optional<Optime> missing = chains.missingBefore(entry);
            if (missing.isPresent()) {
                throw damaged(
                        entry.optime()
                                + " goes on with a transaction whose entry before is "
                                + missing.get()
                                + ", and the file, which begins earlier, does not hold that: it has"
                                + " a hole, and nobody knows what else is missing. Nothing of this"
                                + " import was made part of the archive; copy the oplog again.",
                        null);
            }
        }

        private CommandFailure damaged(String what, MalformedEntryException cause) {
            return new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "File " + file() + ", entry " + documents.documents() + ": " + what,
                    cause);
        }

        @Override
        public void close() throws IOException {
            documents.close();
        }
    }
}
