package io.tidemark.storage.base;

/** How a base came to be. */
public enum BaseMethod {
    /** Read in from another tool's backup. */
    IMPORT,
    /** Scanned while writes went on; replay over the scan's time makes it exact. */
    FUZZY,
    /**
     * Read at one cluster time by snapshot reads, as far as the server had that time still; the
     * catalogue and what could not be read so are of later moments. Replay treats it as {@link
     * #FUZZY}, which is usable earlier because the reads end earlier.
     */
    SNAPSHOT,
    /** Nothing: the replica set's oplog is archived from its first entry on. */
    BIRTH
}
