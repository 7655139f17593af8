package io.tidemark.storage.drill;

/**
 * How much a restore has to do, over all replica sets; each 0 or more.
 *
 * @param bytes of the objects that it reads
 * @param baseBytes of the bases' documents, raw
 * @param baseDocuments in the bases
 * @param entries to read from the oplogs
 * @param indexEntries documents of the bases times the indexes on them, without those on _id
 */
public record RestoreAmounts(
        long bytes, long baseBytes, long baseDocuments, long entries, long indexEntries) {
    public static final RestoreAmounts NONE = new RestoreAmounts(0, 0, 0, 0, 0);

    public RestoreAmounts {
        if (bytes < 0 || baseBytes < 0 || baseDocuments < 0 || entries < 0 || indexEntries < 0) {
            throw new IllegalArgumentException("an amount is negative");
        }
    }

    public RestoreAmounts plus(RestoreAmounts other) {
        return new RestoreAmounts(
                bytes + other.bytes,
                baseBytes + other.baseBytes,
                baseDocuments + other.baseDocuments,
                entries + other.entries,
                indexEntries + other.indexEntries);
    }
}
