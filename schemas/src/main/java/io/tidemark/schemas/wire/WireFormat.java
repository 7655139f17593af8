package io.tidemark.schemas.wire;

import org.apache.kafka.common.errors.SerializationException;

/**
 * What stands before the Avro bytes of a value: a zero byte, then the id of the writer's schema, 4
 * bytes, big-endian (Confluent documentation, "Formats, Serializers, and Deserializers", wire
 * format).
 */
public final class WireFormat {
    public static final int HEADER_BYTES = 5;
    private static final byte MAGIC = 0;

    private WireFormat() {}

    /** Into the first {@link #HEADER_BYTES} of {@code value}. */
    public static void writeHeader(byte[] value, int schemaId) {
        value[0] = MAGIC;
        value[1] = (byte) (schemaId >>> 24);
        value[2] = (byte) (schemaId >>> 16);
        value[3] = (byte) (schemaId >>> 8);
        value[4] = (byte) schemaId;
    }

    /** The id of the writer's schema; refuses what no serializer of this format wrote. */
    static int schemaId(String topic, byte[] value) {
        if (value.length < HEADER_BYTES) {
            throw new SerializationException(
                    "A value on topic %s has %d bytes, fewer than the %d before any record. Something else than Tidemark writes to this topic."
                            .formatted(topic, value.length, HEADER_BYTES));
        }
        if (value[0] != MAGIC) {
            throw new SerializationException(
                    "A value on topic %s begins with 0x%02x instead of 0x00: it is not in Confluent's wire format. Something else than Tidemark writes to this topic."
                            .formatted(topic, value[0]));
        }
        return (value[1] & 0xff) << 24
                | (value[2] & 0xff) << 16
                | (value[3] & 0xff) << 8
                | (value[4] & 0xff);
    }
}
