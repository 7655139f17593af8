package io.tidemark.bench;

/**
 * @param entries oplog entries to move, 1 000 or more
 * @param documentBytes about how large each document is, 64 bytes or more
 */
record Workload(int entries, int documentBytes) {
    Workload {
        if (entries < 1_000 || documentBytes < 64) {
            throw new IllegalArgumentException(
                    "a benchmark needs 1000 entries and 64 bytes per document at least, not "
                            + entries
                            + " and "
                            + documentBytes);
        }
    }
}
