package io.tidemark.sink.consume;

import java.util.List;

/** Neighbouring committed records of one topic, in the order of offsets. */
public record PartitionRecords(OplogPartition partition, List<PublishedRecord> records) {
    public long sizeBytes() {
        return records.stream().mapToLong(r -> r.value().length).sum();
    }
}
