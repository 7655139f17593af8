package io.tidemark.cli.dump;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Optional;

/**
 * Finds holes in an oplog by its transactions: each entry of one but the first names the entry
 * before, which is in the same oplog. Other chains of sessions prove nothing: what they name may be
 * a noop, and some backups leave those out. Remembers the last entries only.
 */
final class TransactionChains {
    private static final int REMEMBERED = 1 << 18;
    private final long[] times = new long[REMEMBERED];
    private long count;

    /**
     * To be called in the order of cluster time.
     *
     * @return the entry that is missing before this one, if that is certain
     */
    Optional<Optime> missingBefore(OplogEntry entry) {
        Optional<Optime> missing =
                goesOn(entry.shape())
                        ? entry.previousOptime().filter(before -> lacks(before.clusterTime()))
                        : Optional.empty();
        times[(int) (count++ % REMEMBERED)] = entry.clusterTime().bits();
        return missing;
    }

    private static boolean goesOn(EntryShape shape) {
        return shape.isTransactionChain() && shape != EntryShape.TRANSACTION_WHOLE;
    }

    private boolean lacks(ClusterTime time) {
        long from = Math.max(0, count - REMEMBERED);
        if (count == 0 || Long.compareUnsigned(time.bits(), at(from)) < 0) {
            // Before the file, or too long ago to tell.
            return false;
        }
        long to = count - 1;
        while (from <= to) {
            long middle = (from + to) >>> 1;
            int order = Long.compareUnsigned(at(middle), time.bits());
            if (order == 0) {
                return false;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return true;
    }

    private long at(long index) {
        return times[(int) (index % REMEMBERED)];
    }
}
