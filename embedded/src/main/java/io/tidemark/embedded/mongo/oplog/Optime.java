package io.tidemark.embedded.mongo.oplog;

/**
 * A place in one replica set's oplog.
 *
 * @param ts packed cluster time
 * @param term election term
 */
public record Optime(long ts, long term) {
    /** What a session's first entry points back to. */
    public static final Optime NONE = new Optime(0, -1);
}
