package io.tidemark.capture.publish;

import java.time.Duration;
import java.util.Map;

/**
 * How oplog topics are made and written.
 *
 * @param replicationFactor copies of each topic
 * @param minInsyncReplicas copies that must hold a record before it counts
 * @param retention how long Kafka keeps entries; the sink must archive them within it
 * @param compression {@code zstd}, {@code lz4}, {@code snappy}, {@code gzip} or {@code none}
 * @param bufferBytes memory of one replica set's producer; an entry of the greatest size must fit
 * @param client further settings of Kafka's clients, such as security; by Kafka's names
 */
public record OplogTopicSettings(
        short replicationFactor,
        int minInsyncReplicas,
        Duration retention,
        String compression,
        long bufferBytes,
        Map<String, String> client) {
    /**
     * The greatest record: an entry of 16 MiB + 16 KiB (the server's limit of an oplog document)
     * with key, headers and the fields that consumers filter by.
     */
    public static final int MAX_RECORD_BYTES = 17 * 1024 * 1024;

    /** {@code max.message.bytes} of the topics: the greatest record with the batch around it. */
    public static final int MAX_MESSAGE_BYTES = 18 * 1024 * 1024;

    public OplogTopicSettings {
        if (minInsyncReplicas > replicationFactor) {
            throw new IllegalArgumentException(
                    "min.insync.replicas "
                            + minInsyncReplicas
                            + " exceeds the replication factor "
                            + replicationFactor
                            + ": nothing could ever be written");
        }
        if (bufferBytes < MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException(
                    "the producer's buffer of "
                            + bufferBytes
                            + " bytes can't take an entry of the greatest size; "
                            + MAX_MESSAGE_BYTES
                            + " is the least");
        }
        client = Map.copyOf(client);
    }
}
