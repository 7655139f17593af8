package io.tidemark.capture.operation;

/** What a work tells while it runs. Safe for use by several threads. */
public interface OperationProgress {
    /**
     * How much there is to do, if it can be known; a later call replaces the earlier one.
     *
     * @param documents 0 or more
     * @param bytes of raw BSON, 0 or more
     */
    void expect(long documents, long bytes);

    /** So much more is done. Cheap; shown about once a second. */
    void add(long documents, long bytes);

    /**
     * Keeps a fact for whoever takes this replica set over, before the call returns: the start
     * bound of a scan, for one. A fact that is there already stays as it is.
     *
     * @return the fact as it is kept: the value given, or that of an earlier run
     * @throws FencedException if the lock is another's
     */
    String remember(String name, String value);
}
