package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.Optime;
import java.io.IOException;
import java.util.List;

/**
 * Whether oplog files are of one history: where two of them meet, neither contradicts the other.
 * Asked before anything is stored, so that files of another replica set leave nothing behind.
 */
final class OneHistory {
    private static final String MEANING =
            ". They come from different replica sets, or one of them holds entries that were"
                    + " rolled back. Nothing of this import was made part of the archive; give the"
                    + " files of one history only.";

    private OneHistory() {}

    /**
     * @param sorted by their first entries
     * @throws CommandFailure if files hold different entries of one time, or the term falls
     */
    static void require(List<OplogFile> sorted) {
        OplogFile latest = sorted.get(0);
        boolean overlap = false;
        for (OplogFile file : sorted.subList(1, sorted.size())) {
            int order = file.first().clusterTime().compareTo(latest.last().clusterTime());
            if (order == 0) {
                requireEqual(latest, file);
            } else if (order > 0) {
                requireTerm(latest.last(), latest.file(), file.first(), file.file());
            }
            overlap |= order < 0;
            latest = file.last().compareTo(latest.last()) > 0 ? file : latest;
        }
        if (overlap) {
            readTogether(sorted);
        }
    }

    private static void requireEqual(OplogFile before, OplogFile behind) {
        boolean equal =
                before.last().equals(behind.first())
                        && before.content().lastSum() == behind.content().firstSum();
        if (!equal) {
            throw different(before.last(), before.file(), behind.first(), behind.file());
        }
    }

    private static void readTogether(List<OplogFile> sorted) {
        try (MergedOplog merged = new MergedOplog(sorted)) {
            while (merged.next().isPresent()) {
                // Each step compares what the files hold.
            }
        } catch (IOException unreadable) {
            throw sorted.get(0).file().unreadable(unreadable);
        }
    }

    static CommandFailure different(
            Optime one, BackupFile oneFile, Optime other, BackupFile otherFile) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "At "
                        + one
                        + " "
                        + oneFile
                        + " and "
                        + otherFile
                        + " hold different entries ("
                        + other
                        + " in the latter)"
                        + MEANING);
    }

    /** Elections only raise the term. */
    static void requireTerm(
            Optime before, BackupFile beforeFile, Optime behind, BackupFile behindFile) {
        if (behind.term() < 0 || behind.term() >= before.term()) {
            return;
        }
        throw new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                behind
                        + " in "
                        + behindFile
                        + " follows "
                        + before
                        + " in "
                        + beforeFile
                        + ", which is of a later term"
                        + MEANING);
    }
}
