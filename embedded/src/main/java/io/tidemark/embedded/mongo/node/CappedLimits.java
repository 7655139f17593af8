package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.store.CollectionInfo;

/** How much a capped collection may hold; the oldest documents leave it beyond that. */
record CappedLimits(long maxBytes, long maxDocuments) {
    static CappedLimits of(CollectionInfo collection) {
        long documents = number(collection, "max");
        return new CappedLimits(
                number(collection, "size"), documents == 0 ? Long.MAX_VALUE : documents);
    }

    private static long number(CollectionInfo collection, String option) {
        return collection.options().containsKey(option)
                ? collection.options().getNumber(option).longValue()
                : 0;
    }

    boolean exceededBy(long documents, long bytes) {
        return documents > maxDocuments || bytes > maxBytes;
    }
}
