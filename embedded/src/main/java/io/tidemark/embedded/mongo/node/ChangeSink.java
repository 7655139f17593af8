package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import org.bson.BsonDocument;

/**
 * Where the changes of one statement go: straight into data and oplog, or into an open transaction.
 * All calls are made with the set's write lock held.
 */
interface ChangeSink {
    /** The collection as this statement sees it, or null. */
    CollectionInfo collection(String namespace);

    /** The collection's documents as this statement sees them. */
    DocumentSource source(CollectionInfo collection);

    /** Creates a collection that is written to for the first time. */
    CollectionInfo createImplicitly(String namespace);

    /**
     * Makes sure that this statement may write the document: waits for, or conflicts with, another
     * open transaction.
     */
    void reserve(CollectionInfo collection, IdKey key);

    /** Takes one change; unique keys are checked. */
    void add(Change change);

    /** Takes what {@link #add} held back to log it together. */
    void flush();

    /** What the session remembers about a statement that was done before, or null. */
    SessionState.Executed executed(int statement);

    /** Lets the session remember the answer of a statement. */
    void remember(int statement, BsonDocument reply);

    /** Optime of the last entry this sink wrote; the set's newest one if it wrote none. */
    Optime last();
}
