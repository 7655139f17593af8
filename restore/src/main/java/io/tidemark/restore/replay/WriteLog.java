package io.tidemark.restore.replay;

import io.tidemark.schemas.model.Namespace;
import java.util.List;

/**
 * Told what replay is about to change in the target, before it does: so that a restore that is cut
 * off knows, when it goes on, what its last checkpoint does not. Returns when what it was told
 * can't be lost while the change itself stays. Called from several threads.
 */
public interface WriteLog {
    /**
     * A document that was there at the last checkpoint, or may have been, gets another state.
     *
     * @param id {@link DocumentId#hash}
     * @param before hash of the document in the target; 0 if it is absent
     * @param after hash of what is written; 0 if it is deleted
     * @param operation number of the last operation in it, counted from the checkpoint
     */
    record DocumentChange(long id, long before, long after, long operation) {}

    /** What happens to a collection of the target. */
    enum CollectionChange {
        /** There may be one of this name afterwards. */
        APPEARS,
        /** There may be none of this name afterwards. */
        GOES,
        /** It may have another UUID afterwards, and is capped. */
        CONVERTED,
        /** What an earlier run dropped is there again, empty, until replay drops it. */
        DOOMED
    }

    /**
     * @param collection {@link CollectionState#number}
     */
    void documents(long collection, List<DocumentChange> changes);

    /**
     * @param namespace as the target names it
     */
    void collection(CollectionChange change, Namespace namespace);

    /** For restores that nobody goes on with. */
    WriteLog NONE =
            new WriteLog() {
                @Override
                public void documents(long collection, List<DocumentChange> changes) {
                    // Nobody will ask.
                }

                @Override
                public void collection(CollectionChange change, Namespace namespace) {
                    // Nobody will ask.
                }
            };
}
