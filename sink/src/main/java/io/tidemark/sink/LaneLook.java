package io.tidemark.sink;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.sink.consume.OplogPartition;
import java.util.Optional;

/**
 * One topic as it stands in the worker.
 *
 * @param reached how far the bucket reached when the topic was opened
 * @param isOpening true while the bucket is asked where to go on
 * @param queuedBytes of records that were read and are in no slice yet
 * @param isPending true if a slice is under way
 * @param waitingRecords on the topic, not read yet
 */
public record LaneLook(
        OplogPartition partition,
        Optional<ClusterTime> reached,
        boolean isOpening,
        long queuedBytes,
        boolean isPending,
        long waitingRecords) {}
