package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.oplog.OplogRun;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A forward scan of the log, tailable or not. Entries pass through as the bytes they were written
 * as unless a filter or projection needs to look inside.
 */
final class OplogCursor implements ServerCursor {
    static final String NAMESPACE = "local.oplog.rs";

    private final OplogRange range;
    private final Filter filter;
    private final Projection projection;
    private final boolean tailable;
    private final boolean awaitData;
    private final boolean majority;
    private long remaining;
    private long from;
    private Optime last = Optime.NONE;
    private boolean exhausted;

    /**
     * @param filter conditions beyond the range, or null
     * @param projection null for whole entries
     * @param limit 0 for no limit
     */
    OplogCursor(
            OplogRange range,
            Filter filter,
            Projection projection,
            boolean tailable,
            boolean awaitData,
            boolean majority,
            long limit) {
        this.range = range;
        this.filter = filter;
        this.projection = projection;
        this.tailable = tailable;
        this.awaitData = awaitData;
        this.majority = majority;
        this.remaining = limit == 0 ? Long.MAX_VALUE : limit;
        this.from = range.from();
    }

    @Override
    public String namespace() {
        return NAMESPACE;
    }

    @Override
    public boolean isExhausted() {
        return exhausted;
    }

    @Override
    public List<byte[]> next(Request request, int maxCount, long waitMillis) {
        Engine engine = request.engine();
        long most = Math.min(maxCount == 0 ? Integer.MAX_VALUE : maxCount, remaining);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        while (true) {
            requirePosition(engine, request.member());
            long seen = visibleEnd(engine, request.member());
            List<byte[]> batch = read(engine, request.member(), seen, (int) most);
            remaining -= batch.size();
            exhausted |= remaining <= 0 || (!tailable && from > Math.min(seen, range.through()));
            if (!batch.isEmpty() || exhausted || !awaitData || waitMillis == 0) {
                return batch;
            }
            if (!await(engine, request.member(), seen, deadline)) {
                return batch;
            }
        }
    }

    private boolean await(Engine engine, int member, long seen, long deadline) {
        engine.lock.lock();
        try {
            while (visibleEnd(engine, member) <= seen) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    return false;
                }
                engine.awaitProgress(millis);
            }
            return true;
        } finally {
            engine.lock.unlock();
        }
    }

    private long visibleEnd(Engine engine, int member) {
        long position = engine.replication.member(member).applied;
        return majority ? Math.min(position, engine.replication.commitPoint()) : position;
    }

    /** The entry this cursor stands on must still be there, else it has lost its place. */
    private void requirePosition(Engine engine, int member) {
        if (last.ts() == 0) {
            return;
        }
        boolean held =
                engine.oplog.holds(last) && last.ts() >= engine.replication.member(member).oldest;
        if (!held) {
            throw new CommandFailure(
                    ErrorCode.CappedPositionLost,
                    "CollectionScan died due to position in capped collection being deleted."
                            + " Last seen record: "
                            + (last.ts() >>> 32)
                            + ":"
                            + (last.ts() & 0xffffffffL));
        }
    }

    private List<byte[]> read(Engine engine, int member, long seen, int most) {
        long through = Math.min(seen, range.through());
        from = Math.max(from, engine.replication.member(member).oldest);
        if (filter == null && projection == null) {
            return advance(engine.oplog.read(from, through, most, MAX_BATCH_BYTES)).entries();
        }
        List<byte[]> found = new ArrayList<>();
        long bytes = 0;
        while (found.size() < most && bytes < MAX_BATCH_BYTES / 2) {
            OplogRun run = advance(engine.oplog.read(from, through, most - found.size(), 1 << 22));
            if (run.entries().isEmpty()) {
                break;
            }
            for (byte[] entry : run.entries()) {
                if (filter == null || filter.matches(BsonBytes.document(entry))) {
                    byte[] shown = shown(entry);
                    found.add(shown);
                    bytes += shown.length;
                }
            }
        }
        return found;
    }

    private byte[] shown(byte[] entry) {
        return projection == null
                ? entry
                : BsonBytes.of(projection.apply(BsonBytes.document(entry)));
    }

    private OplogRun advance(OplogRun run) {
        if (!run.entries().isEmpty()) {
            last = run.last();
            from = last.ts() + 1;
        }
        return run;
    }
}
