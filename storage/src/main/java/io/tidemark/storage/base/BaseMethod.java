package io.tidemark.storage.base;

/** How a base came to be. */
public enum BaseMethod {
    /** Read in from another tool's backup. */
    IMPORT,
    /** Scanned while writes went on; replay over the scan's time makes it exact. */
    FUZZY,
    /** Read at one cluster time by snapshot reads. */
    SNAPSHOT,
    /** Nothing: the replica set's oplog is archived from its first entry on. */
    BIRTH
}
