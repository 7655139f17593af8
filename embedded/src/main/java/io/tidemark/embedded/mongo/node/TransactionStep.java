package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.store.CollectionInfo;

/**
 * One operation of a transaction.
 *
 * @param change the document change, or null
 * @param collection the collection's catalogue entry after a create or createIndexes, or null
 * @param fields how the oplog tells it
 */
record TransactionStep(Change change, CollectionInfo collection, EntryFields fields) {
    static TransactionStep of(Change change) {
        EntryFields fields = change.fields();
        // Inside a transaction statements are counted by their place in the array.
        fields.statements = null;
        return new TransactionStep(change, null, fields);
    }

    static TransactionStep of(CollectionInfo collection, EntryFields fields) {
        return new TransactionStep(null, collection, fields);
    }
}
