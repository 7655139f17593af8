package io.tidemark.embedded.mongo.store;

/**
 * What a read may see: versions committed at or before a cluster time, and of those only what had
 * been applied when the oplog stood at a position (a lagging member, the commit point).
 *
 * @param at cluster time read at, packed
 * @param applied cluster time of the newest oplog entry taken into account, packed
 */
public record ReadView(long at, long applied) {
    /** Everything there is. */
    public static final ReadView NEWEST = new ReadView(Long.MAX_VALUE, Long.MAX_VALUE);

    /** The state of a member whose oplog ends at a position. */
    public static ReadView atPosition(long applied) {
        return new ReadView(Long.MAX_VALUE, applied);
    }
}
