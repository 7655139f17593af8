package io.tidemark.sink;

import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.store.Archived;

/** What a worker tells about itself; called by its own thread. */
public interface SinkMetrics {
    /** Records were taken from a topic. */
    void consumed(OplogPartition partition, int records, long bytes);

    /** An object is in the bucket. */
    void archived(Archived object);

    /** Nobody listens. */
    SinkMetrics NONE =
            new SinkMetrics() {
                @Override
                public void consumed(OplogPartition partition, int records, long bytes) {
                    // Nobody listens.
                }

                @Override
                public void archived(Archived object) {
                    // Nobody listens.
                }
            };
}
