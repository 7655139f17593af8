package io.tidemark.embedded.mongo.store;

/**
 * One version of a document.
 *
 * @param at cluster time from which it holds; of a prepared transaction the commit timestamp
 * @param applied cluster time of the oplog entry that made it visible; never before {@code at}
 * @param recordId place in natural order
 * @param bytes the document; null where it was deleted
 * @param older the version before, or null
 */
public record DocumentVersion(
        long at, long applied, long recordId, byte[] bytes, DocumentVersion older) {
    boolean visibleIn(ReadView view) {
        return at <= view.at() && applied <= view.applied();
    }
}
