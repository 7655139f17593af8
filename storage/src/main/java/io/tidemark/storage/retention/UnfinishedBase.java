package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;

/**
 * What a snapshot left of a replica set without making it a base.
 *
 * @param why it goes or stays
 */
public record UnfinishedBase(BasePlace place, Fate fate, String why) {
    /** What becomes of it. */
    public enum Fate {
        /** An earlier run began to remove it. */
        BEING_REMOVED,
        /** It is given up for good, and removed. */
        GIVEN_UP,
        /** Its snapshot may go on. */
        STAYS
    }
}
