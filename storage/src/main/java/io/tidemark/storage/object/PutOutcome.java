package io.tidemark.storage.object;

/** What a create-only put found. */
public enum PutOutcome {
    /** This call made the object. */
    CREATED,
    /** The object was there already with the same bytes: an earlier try of the same work. */
    ALREADY_IDENTICAL
}
