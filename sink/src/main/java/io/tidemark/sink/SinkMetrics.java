package io.tidemark.sink;

import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.store.Archived;
import io.tidemark.sink.timeline.TimelineWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What a worker tells about itself; called by its own thread. */
public interface SinkMetrics {
    /** Records were taken from a topic. */
    void consumed(OplogPartition partition, int records, long bytes);

    /** An object is in the bucket. */
    void archived(Archived object);

    /**
     * The worker goes round.
     *
     * @param lanes all topics that are its own, as they stand now
     * @param unheard for how long Kafka's group has not been heard of; empty if that is not known
     */
    default void looked(List<LaneLook> lanes, Optional<Duration> unheard) {
        // Not everyone wants to know.
    }

    /** A topic's object could not be put, or its records not be sliced. */
    default void failed(OplogPartition partition, Throwable failure) {
        // Not everyone wants to know.
    }

    /** A request to the bucket was tried again so often; by any thread. */
    default void storeRetried(int times) {
        // Not everyone wants to know.
    }

    /** Told of the timeline's archiver. */
    default TimelineWatch timeline() {
        return TimelineWatch.NONE;
    }

    /** Given once: asks how much memory slices under way hold. */
    default void slicesHold(LongSupplier bytes) {
        // Not everyone wants to know.
    }

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
