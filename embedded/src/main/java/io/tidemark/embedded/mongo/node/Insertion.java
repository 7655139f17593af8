package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.CollectionInfo;

/** Where the documents of one insert command go: a collection, or the buckets of a time series. */
final class Insertion {
    private final Statements statements;
    private final Measurements measurements;
    private final String namespace;
    private CollectionInfo collection;

    Insertion(Engine engine, ChangeSink sink, String namespace) {
        this.statements = new Statements(engine, sink);
        this.namespace = namespace;
        CollectionInfo buckets = Measurements.buckets(engine, namespace);
        this.measurements = buckets == null ? null : new Measurements(engine, sink, buckets);
    }

    void insert(byte[] document, StatementOptions options) {
        if (measurements != null) {
            measurements.insert(document, options);
            return;
        }
        if (collection == null) {
            // The first document creates the collection; a failure there is this document's.
            collection = statements.target(namespace, true);
        }
        statements.insert(collection, document, options);
    }
}
