package io.tidemark.storage.drill;

/**
 * How much a restore has to do, over all replica sets; each 0 or more.
 *
 * @param bytes of the objects that it reads
 * @param baseBytes of the bases' documents, raw
 * @param baseDocuments in the bases
 * @param entries to read from the oplogs
 * @param operations that these carry: of a list in {@code applyOps} each
 * @param indexEntries documents of the bases times the indexes on them, without those on _id
 */
public record RestoreAmounts(
        long bytes,
        long baseBytes,
        long baseDocuments,
        long entries,
        long operations,
        long indexEntries) {
    public static final RestoreAmounts NONE = new RestoreAmounts(0, 0, 0, 0, 0, 0);

    public RestoreAmounts {
        boolean oplog = entries >= 0 && operations >= 0;
        boolean base = baseBytes >= 0 && baseDocuments >= 0 && indexEntries >= 0;
        if (bytes < 0 || !base || !oplog) {
            throw new IllegalArgumentException("an amount is negative");
        }
    }

    public RestoreAmounts plus(RestoreAmounts other) {
        return new RestoreAmounts(
                bytes + other.bytes,
                baseBytes + other.baseBytes,
                baseDocuments + other.baseDocuments,
                entries + other.entries,
                operations + other.operations,
                indexEntries + other.indexEntries);
    }
}
