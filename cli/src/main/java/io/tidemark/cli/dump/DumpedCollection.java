package io.tidemark.cli.dump;

import io.tidemark.schemas.model.Namespace;

/**
 * One collection or view of a dump.
 *
 * @param hasDocuments false for views, and for what a dump tells without documents
 */
public record DumpedCollection(
        Namespace namespace, CollectionMetadata metadata, boolean hasDocuments) {
    private static final String BUCKETS = "system.buckets.";

    /** True if the dump holds documents and nothing else: no options, and no indexes but _id's. */
    boolean lacksMetadata() {
        return hasDocuments && metadata.equals(CollectionMetadata.NONE);
    }

    /** Where a time-series collection's documents lie. */
    Namespace buckets() {
        return namespace.withCollection(BUCKETS + namespace.collection());
    }

    boolean isTimeSeries() {
        return metadata.type().equals("timeseries") && !namespace.collection().startsWith(BUCKETS);
    }
}
