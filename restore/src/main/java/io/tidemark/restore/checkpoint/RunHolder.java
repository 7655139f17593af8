package io.tidemark.restore.checkpoint;

import java.util.UUID;

/**
 * The run that writes into a target now. Every write of the mark is allowed only while the mark
 * names the run that wants it, so a run that was taken for dead can't move a checkpoint any more.
 *
 * @param run one for each start of a process's work
 * @param process which process it is ({@link ThisProcess#identity})
 * @param words for people: host and process id
 * @param beat counts the signs of life
 */
public record RunHolder(UUID run, String process, String words, long beat) {
    /** A new run of this process. */
    public static RunHolder begin() {
        return new RunHolder(UUID.randomUUID(), ThisProcess.identity(), ThisProcess.words(), 0);
    }

    RunHolder next() {
        return new RunHolder(run, process, words, beat + 1);
    }
}
