package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;

/**
 * One document's change: how the data looks after it, and how the oplog tells it.
 *
 * @param op {@code i}, {@code u} or {@code d}
 * @param before null for an insert
 * @param after null for a delete
 * @param o payload of the entry
 * @param o2 document key, or null
 * @param statement statement id of a retryable write, -1 if none
 * @param image {@code preImage} or {@code postImage} if a findAndModify must be able to repeat its
 *     answer, else null
 */
record Change(
        String op,
        CollectionInfo collection,
        IdKey key,
        byte[] before,
        byte[] after,
        byte[] o,
        byte[] o2,
        int statement,
        boolean fromMigrate,
        String image) {

    EntryFields fields() {
        EntryFields fields = new EntryFields();
        fields.op = op;
        fields.ns = collection.namespace();
        fields.ui = collection.uuid();
        fields.o = o;
        fields.o2 = o2;
        fields.fromMigrate = fromMigrate;
        if (statement >= 0) {
            fields.statements = new int[] {statement};
        }
        return fields;
    }

    /** Bytes this change takes in an oplog entry, roughly as the server counts them. */
    long logBytes() {
        return o.length + (o2 == null ? 0 : o2.length) + collection.namespace().length() + 64L;
    }
}
