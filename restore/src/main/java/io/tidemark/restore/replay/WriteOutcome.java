package io.tidemark.restore.replay;

/**
 * What the target says that it did.
 *
 * @param added documents that were not there before
 * @param deleted documents that were there before and are gone
 */
public record WriteOutcome(long added, long deleted) {
    public static final WriteOutcome NOTHING = new WriteOutcome(0, 0);

    public WriteOutcome plus(WriteOutcome other) {
        return new WriteOutcome(added + other.added, deleted + other.deleted);
    }
}
