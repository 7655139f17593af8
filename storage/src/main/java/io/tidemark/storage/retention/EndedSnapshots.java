package io.tidemark.storage.retention;

/** Whether somebody may still go on with a snapshot that has no manifest. */
@FunctionalInterface
public interface EndedSnapshots {
    /** Where nobody can be asked: an unfinished snapshot is left alone until it is very old. */
    EndedSnapshots UNKNOWN = snapshotId -> false;

    /**
     * @return true only if it is certain: the operation of that id has ended, with whatever result,
     *     so that no agent begins to write for it any more. False where the id is not known.
     */
    boolean hasEnded(String snapshotId);
}
