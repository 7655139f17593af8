package io.tidemark.embedded.mongo;

import java.util.UUID;
import org.bson.BsonTimestamp;

/**
 * Told of every change of a document of one replica set as it takes effect, in that order, under
 * the set's write lock: it must be quick and must not call back.
 */
public interface ChangeObserver {
    /** Looks away. */
    ChangeObserver NONE = (collection, namespace, before, after, at, applied, fromMigrate) -> {};

    /**
     * A document changed.
     *
     * @param before its bytes before, null for an insert
     * @param after its bytes after, null for a delete
     * @param at cluster time from which it counts: of its entry, or the commit timestamp of a
     *     prepared transaction
     * @param applied cluster time of the entry that made it effective
     * @param fromMigrate written by a migration or the range deleter, not by a user
     */
    void changed(
            UUID collection,
            String namespace,
            byte[] before,
            byte[] after,
            BsonTimestamp at,
            BsonTimestamp applied,
            boolean fromMigrate);

    /** What was applied after a position is undone: an election rolled it back. */
    default void rolledBack(BsonTimestamp position) {}
}
