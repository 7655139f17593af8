package io.tidemark.schemas.wire;

import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads what {@link RecordSerializer}, or any writer of Confluent's wire format, wrote: with the
 * schema it was written with, fetched once by its id, resolved to the schema of the generated
 * class. So records of older and of newer versions are read alike.
 *
 * <p>{@code bytes} fields from 512 bytes on are not copied: their buffers are slices of the Kafka
 * value, so mind {@code arrayOffset()}. A registry that can't be reached is a {@link
 * SchemaRegistryException}; a value that is no record is a {@link SerializationException}. Safe for
 * use by several threads.
 */
public final class RecordDeserializer<T extends SpecificRecord> implements Deserializer<T> {
    private final SchemaRegistry registry;
    private final Schema schema;
    private final SpecificData data;
    private final Map<Integer, SpecificDatumReader<T>> readers = new ConcurrentHashMap<>();
    private final ThreadLocal<SlicingDecoder> decoders =
            ThreadLocal.withInitial(SlicingDecoder::new);

    /**
     * @param type the generated class to read into
     * @param schema that class's schema
     */
    public RecordDeserializer(SchemaRegistry registry, Class<T> type, Schema schema) {
        this.registry = registry;
        this.schema = schema;
        this.data = new GeneratedClasses(type);
    }

    /** Null for null: a tombstone. */
    @Override
    public T deserialize(String topic, byte[] value) {
        if (value == null) {
            return null;
        }
        int id = WireFormat.schemaId(topic, value);
        SpecificDatumReader<T> reader = reader(topic, id);
        SlicingDecoder decoder = decoders.get().over(value, WireFormat.HEADER_BYTES);
        try {
            T read = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new IOException(decoder.remainingBytes() + " bytes are left over");
            }
            return read;
        } catch (IOException
                | AvroRuntimeException
                | ClassCastException
                | IndexOutOfBoundsException e) {
            throw new SerializationException(
                    "A value of %d bytes on topic %s, written with schema %d, is no %s: %s. It was damaged, or written with another registry."
                            .formatted(value.length, topic, id, schema.getName(), e.getMessage()),
                    e);
        } finally {
            decoder.release();
        }
    }

    private SpecificDatumReader<T> reader(String topic, int id) {
        SpecificDatumReader<T> known = readers.get(id);
        if (known != null) {
            return known;
        }
        Schema writer;
        try {
            writer = registry.byId(id);
        } catch (SchemaRegistryException e) {
            if (e.problem() != SchemaRegistryException.Problem.UNKNOWN) {
                throw e;
            }
            throw new SerializationException(
                    "A value on topic %s was written with schema %d, which is not known: %s"
                            .formatted(topic, id, e.getMessage()),
                    e);
        }
        SpecificDatumReader<T> reader = new SpecificDatumReader<>(writer, schema, data);
        readers.put(id, reader);
        return reader;
    }
}
