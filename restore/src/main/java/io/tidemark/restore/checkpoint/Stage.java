package io.tidemark.restore.checkpoint;

/** How far the restore of one replica set has come, in order. */
public enum Stage {
    /** Its collections are created and the base's documents loaded, part by part. */
    BASE,
    /**
     * A base that lay in the target is known, document by document: what is built anew at the end
     * goes from it.
     */
    STRIP,
    /** Entries are replayed; at the restored time, transactions wait for their decision. */
    REPLAY,
    /** All that belongs in is in; documents that other shards own are removed. */
    ORPHANS,
    /** Documents are as they should be. What is left can be done twice. */
    FINISH,
    /** Verified; the report is in the mark, and the mark only waits to be removed. */
    DONE
}
