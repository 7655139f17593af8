package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.ObjectKey;

/**
 * A slice or gap as a listing tells it.
 *
 * @param key of a slice or a gap
 * @param sizeBytes of the object
 */
record ListedRange(ObjectKey key, long sizeBytes) {}
