package io.tidemark.sink.consume;

/**
 * A record as it lies on the topic.
 *
 * @param value Avro in Confluent's wire format; not to be changed
 */
public record PublishedRecord(long offset, byte[] value) {}
