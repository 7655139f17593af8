package io.tidemark.storage.slice;

/**
 * Where a slice's or gap's records stood in Kafka.
 *
 * @param topicId of the topic: a topic deleted and made again under the same name has another
 * @param firstOffset of the first record
 * @param lastOffset of the last record, inclusive
 */
public record KafkaRange(String topicId, long firstOffset, long lastOffset) {
    public KafkaRange {
        if (firstOffset < 0 || lastOffset < firstOffset) {
            throw new IllegalArgumentException(
                    "offsets " + firstOffset + " to " + lastOffset + " are no range");
        }
    }
}
