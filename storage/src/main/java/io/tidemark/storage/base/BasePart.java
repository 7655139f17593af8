package io.tidemark.storage.base;

import io.tidemark.schemas.layout.PartId;

/**
 * One part of a collection's documents.
 *
 * @param sizeBytes of the object
 * @param rawBytes of the documents
 * @param documents 1 or more
 * @param sha256 of the object's bytes before its index frame, as the index tells it
 */
public record BasePart(PartId id, long sizeBytes, long rawBytes, long documents, String sha256) {
    public BasePart {
        if (sizeBytes <= 0 || rawBytes <= 0 || documents <= 0) {
            throw new IllegalArgumentException(
                    "part " + id + " of " + sizeBytes + " bytes, " + documents + " documents");
        }
    }
}
