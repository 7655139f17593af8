package io.tidemark.storage.object;

/**
 * One line of a listing.
 *
 * @param key below the bucket's prefix
 * @param sizeBytes 0 or more
 */
public record StoredObject(String key, long sizeBytes) {}
