package io.tidemark.restore;

import java.time.Duration;

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
 * @param checkpoints how often a restore writes down where it stands
 * @param restart what an earlier restore that was cut off has put into the targets goes, whichever
 *     it was, and this one begins from the beginning; else it goes on if it is the same
 * @param accounts whether users and roles are restored; else the targets' stay as they are
 */
public record RestoreOptions(
        int batchOperations,
        int batchBytes,
        long cacheBytes,
        long transactionBytes,
        int writers,
        long rememberedDocuments,
        Frequency checkpoints,
        boolean restart,
        boolean accounts) {
    private static final int LARGEST_MESSAGE = 48_000_000;

    /**
     * How often checkpoints are made. More of them let a restore that was cut off repeat less, and
     * make everybody wait for the slowest write each time.
     *
     * @param operations after so many in one replica set at the latest, 1 to 10,000,000; a run that
     *     goes on keeps up to 100 bytes of memory for each
     * @param interval after so much time, unless making them takes more than a twentieth of it
     */
    public record Frequency(int operations, Duration interval) {
        public static final Frequency DEFAULT = new Frequency(100_000, Duration.ofSeconds(10));

        public Frequency {
            requireRange("operations between checkpoints", operations, 1, 10_000_000);
        }
    }

    public RestoreOptions {
        requireRange("batchOperations", batchOperations, 1, 100_000);
        requireRange("batchBytes", batchBytes, 1, LARGEST_MESSAGE);
        requireRange("cacheBytes", cacheBytes, 0, Long.MAX_VALUE);
        requireRange("transactionBytes", transactionBytes, 0, Long.MAX_VALUE);
        requireRange("writers", writers, 1, 64);
        requireRange("rememberedDocuments", rememberedDocuments, 0, 1L << 30);
    }

    public RestoreOptions(
            int batchOperations,
            int batchBytes,
            long cacheBytes,
            long transactionBytes,
            int writers,
            long rememberedDocuments) {
        this(
                batchOperations,
                batchBytes,
                cacheBytes,
                transactionBytes,
                writers,
                rememberedDocuments,
                Frequency.DEFAULT,
                false,
                true);
    }

    /** These, with checkpoints made so often. */
    public RestoreOptions withCheckpoints(Frequency often) {
        return new RestoreOptions(
                batchOperations,
                batchBytes,
                cacheBytes,
                transactionBytes,
                writers,
                rememberedDocuments,
                often,
                restart,
                accounts);
    }

    /** These, from the beginning whatever the targets hold of an earlier restore. */
    public RestoreOptions restarting(boolean anew) {
        return new RestoreOptions(
                batchOperations,
                batchBytes,
                cacheBytes,
                transactionBytes,
                writers,
                rememberedDocuments,
                checkpoints,
                anew,
                accounts);
    }

    /** These, with users and roles as in the archive, or as the targets have them. */
    public RestoreOptions withAccounts(boolean restored) {
        return new RestoreOptions(
                batchOperations,
                batchBytes,
                cacheBytes,
                transactionBytes,
                writers,
                rememberedDocuments,
                checkpoints,
                restart,
                restored);
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
                rememberedDocuments,
                checkpoints,
                restart,
                accounts);
    }

    private static void requireRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must lie in " + least + " to " + most + " but is " + value);
        }
    }
}
