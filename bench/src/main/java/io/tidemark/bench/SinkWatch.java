package io.tidemark.bench;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.sink.SinkMetrics;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.store.Archived;
import java.util.concurrent.CompletableFuture;

/** Notes when a worker took its first records and when it had put the slice with the last. */
final class SinkWatch implements SinkMetrics {
    private final ClusterTime end;
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private volatile long firstNanos;
    private volatile long firstRecords;
    private volatile long lastSliceNanos;

    /**
     * @param end the last entry's cluster time
     */
    SinkWatch(ClusterTime end) {
        this.end = end;
    }

    @Override
    public void consumed(OplogPartition partition, int records, long bytes) {
        if (firstRecords == 0) {
            firstNanos = System.nanoTime();
            firstRecords = records;
        }
    }

    @Override
    public void archived(Archived object) {
        lastSliceNanos = System.nanoTime();
        if (!object.last().clusterTime().isBefore(end)) {
            reached.complete(null);
        }
    }

    /** Completes when the last entry is in the bucket. */
    CompletableFuture<Void> reached() {
        return reached;
    }

    double perSecond(long entries) {
        return (entries - firstRecords) / ((lastSliceNanos - firstNanos) / 1e9);
    }
}
