package io.tidemark.capture.tail;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.List;

/** A source whose cursors read only what a {@link MemoryBudget} has room for. */
public final class BudgetedSource implements OplogSource {
    private final OplogSource inner;
    private final MemoryBudget budget;

    public BudgetedSource(OplogSource inner, MemoryBudget budget) {
        this.inner = inner;
        this.budget = budget;
    }

    @Override
    public Incarnation incarnation() {
        return inner.incarnation();
    }

    @Override
    public OplogMembers members() {
        return inner.members();
    }

    @Override
    public OplogWindow window(OplogMember member) {
        return inner.window(member);
    }

    /**
     * Waits for room as long as it takes: a member that is not asked for want of memory must not
     * pass for one that can't be reached.
     */
    @Override
    public OplogCursor open(OplogMember member, ClusterTime from) {
        MemoryBudget.Lease lease = budget.lease();
        try {
            lease.request();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            return new Cursor(inner.open(member, from), lease);
        } catch (RuntimeException | Error e) {
            lease.received(0, 0);
            throw e;
        }
    }

    @Override
    public void close() {
        inner.close();
    }

    private static SourceUnavailableException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SourceUnavailableException("Interrupted while waiting for memory", e);
    }

    private final class Cursor implements OplogCursor {
        private final OplogCursor cursor;
        private final MemoryBudget.Lease lease;

        /** Opening a cursor may bring entries already. */
        private boolean requested = true;

        private Cursor(OplogCursor cursor, MemoryBudget.Lease lease) {
            this.cursor = cursor;
            this.lease = lease;
        }

        @Override
        public List<OplogEntry> next(Duration wait) {
            try {
                if (!requested && !lease.request(wait)) {
                    return List.of();
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            requested = false;
            long bytes = 0;
            int entries = 0;
            try {
                List<OplogEntry> batch = cursor.next(budget.turn(wait));
                entries = batch.size();
                for (OplogEntry entry : batch) {
                    bytes += entry.raw().sizeBytes();
                }
                return batch;
            } finally {
                lease.received(bytes, entries);
            }
        }

        @Override
        public void sent(long entryBytes, int entries) {
            lease.sent(entryBytes, entries);
        }

        @Override
        public void release(long entryBytes, int entries) {
            lease.release(entryBytes, entries);
        }

        @Override
        public void close() {
            lease.received(0, 0);
            lease.close();
            cursor.close();
        }
    }
}
