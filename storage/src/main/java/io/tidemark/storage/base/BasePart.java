package io.tidemark.storage.base;

/**
 * One part of a collection's documents.
 *
 * @param number from 0 on, without a hole
 * @param sizeBytes of the object
 * @param rawBytes of the documents
 * @param documents 1 or more
 * @param sha256 of the object's bytes before its index frame, as the index tells it
 */
public record BasePart(int number, long sizeBytes, long rawBytes, long documents, String sha256) {
    public BasePart {
        if (number < 0 || sizeBytes <= 0 || rawBytes <= 0 || documents <= 0) {
            throw new IllegalArgumentException(
                    "part " + number + " of " + sizeBytes + " bytes, " + documents + " documents");
        }
    }
}
