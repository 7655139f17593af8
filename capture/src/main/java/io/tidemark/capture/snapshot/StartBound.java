package io.tidemark.capture.snapshot;

import io.tidemark.schemas.model.ClusterTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds S, from which replay over a scan must begin: no later than the first read, and no later
 * than the first entry of any transaction whose end the scan might not see.
 *
 * <p>Who is open is told by {@code config.transactions} a little after the bound was taken. A
 * transaction that ended between the two is in that table no more, and yet entries of others on the
 * same documents before its end would be replayed without it. So the oplog of that little while is
 * read as well, and each transaction found there is followed to its first entry.
 */
final class StartBound {
    private final SnapshotSource source;
    private final CaughtUp caughtUp;

    StartBound(SnapshotSource source, CaughtUp caughtUp) {
        this.source = source;
        this.caughtUp = caughtUp;
    }

    /**
     * To be called before the first read, which may begin when this returns.
     *
     * @param readAt the cluster time that is going to be read, if there is one
     */
    ClusterTime find(Optional<ClusterTime> readAt) throws InterruptedException {
        ClusterTime majority = source.state().majority();
        ClusterTime from = readAt.filter(at -> at.isBefore(majority)).orElse(majority);
        ClusterTime bound = from;
        for (ClusterTime first : source.openTransactions()) {
            bound = earlier(bound, first);
        }
        // What the table has seen may not be held by a majority yet, and reads see only that.
        ClusterTime through = caughtUp.await();
        Map<ClusterTime, ClusterTime> previous = new HashMap<>();
        for (SnapshotSource.TransactionEntry entry : source.transactionEntries(from, through)) {
            previous.put(entry.time(), entry.previous());
        }
        for (ClusterTime before : previous.values()) {
            if (!before.isAfter(from)) {
                bound = earlier(bound, first(before));
            }
        }
        return bound;
    }

    private ClusterTime first(ClusterTime entry) {
        ClusterTime first = entry;
        Optional<ClusterTime> before = source.previousInTransaction(first);
        while (before.isPresent()) {
            first = before.get();
            before = source.previousInTransaction(first);
        }
        return first;
    }

    private static ClusterTime earlier(ClusterTime a, ClusterTime b) {
        return a.isAfter(b) ? b : a;
    }
}
