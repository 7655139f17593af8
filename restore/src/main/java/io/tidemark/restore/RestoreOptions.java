package io.tidemark.restore;

/**
 * How a restore goes about its work. Sizes are for all replica sets together, each of which gets
 * its share.
 *
 * @param batchOperations operations gathered per collection before they are written; more coalesce
 *     better and need more memory
 * @param batchBytes raw bytes gathered per collection before they are written, at most 48 MB: a
 *     message's limit
 * @param cacheBytes documents kept so that updates need not read them again
 * @param transactionBytes operations of open transactions kept in memory; beyond, they are read
 *     again from the archive when the transaction commits
 * @param writers concurrent writes per replica set
 * @param rememberedDocuments documents whose hashes are remembered, 16 bytes of memory each; what
 *     is not remembered must be read from the target before it is deleted or replaced, so that what
 *     the target should hold at the end is known
 */
public record RestoreOptions(
        int batchOperations,
        int batchBytes,
        long cacheBytes,
        long transactionBytes,
        int writers,
        long rememberedDocuments) {
    private static final int LARGEST_MESSAGE = 48_000_000;

    public RestoreOptions {
        requireRange("batchOperations", batchOperations, 1, 100_000);
        requireRange("batchBytes", batchBytes, 1, LARGEST_MESSAGE);
        requireRange("cacheBytes", cacheBytes, 0, Long.MAX_VALUE);
        requireRange("transactionBytes", transactionBytes, 0, Long.MAX_VALUE);
        requireRange("writers", writers, 1, 64);
        requireRange("rememberedDocuments", rememberedDocuments, 0, 1L << 30);
    }

    public static RestoreOptions defaults() {
        return new RestoreOptions(10_000, 16_000_000, 64 << 20, 128 << 20, 4, 2_000_000);
    }

    /** What one of so many replica sets may use. */
    RestoreOptions sharedBy(int replicaSets) {
        return new RestoreOptions(
                batchOperations,
                Math.max(1, batchBytes / replicaSets),
                cacheBytes / replicaSets,
                transactionBytes / replicaSets,
                writers,
                rememberedDocuments);
    }

    private static void requireRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must lie in " + least + " to " + most + " but is " + value);
        }
    }
}
