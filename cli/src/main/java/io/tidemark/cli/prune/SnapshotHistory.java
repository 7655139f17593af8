package io.tidemark.cli.prune;

import io.tidemark.capture.SourceLocks;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.storage.retention.EndedSnapshots;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Asks the source cluster, where it is named, which snapshots have ended. If it doesn't answer none
 * has, as far as is known: what they left stays until it is very old.
 */
final class SnapshotHistory implements EndedSnapshots {
    private final Optional<SourceLocks> source;
    private final PrintStream words;
    private boolean silent;

    SnapshotHistory(Optional<SourceLocks> source, PrintStream words) {
        this.source = source;
        this.words = words;
    }

    @Override
    public boolean hasEnded(String snapshotId) {
        try {
            return !silent && source.isPresent() && source.get().history().hasEnded(snapshotId);
        } catch (SourceUnavailableException | SourceRefusedException e) {
            silent = true;
            words.println(
                    "Which snapshots have ended can't be asked: "
                            + e.getMessage()
                            + " What unfinished ones left stays.");
            return false;
        }
    }
}
