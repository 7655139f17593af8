package io.tidemark.schemas.wire;

import io.tidemark.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Kafka values in Confluent's wire format. The schema is registered when a topic's first value is
 * written, under the subject {@code TOPIC-value} with compatibility FULL_TRANSITIVE.
 *
 * <p>Safe for use by several threads. Large {@code bytes} fields are copied once, into the value.
 * Throws {@link io.tidemark.schemas.registry.SchemaRegistryException} if the registry can't be
 * asked or refuses the schema.
 */
public final class RecordSerializer<T extends SpecificRecord> implements Serializer<T> {
    private final SchemaRegistry registry;
    private final Schema schema;
    private final SpecificDatumWriter<T> writer;
    private final Map<String, Integer> idByTopic = new ConcurrentHashMap<>();
    private final ThreadLocal<Encoding> encodings = ThreadLocal.withInitial(Encoding::new);

    /** What one thread uses again for each value. */
    private static final class Encoding {
        final ValueBytes bytes = new ValueBytes();
        final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    }

    /**
     * @param schema of the generated class, {@code OplogRecord.getClassSchema()}
     */
    public RecordSerializer(SchemaRegistry registry, Schema schema) {
        SpecificData data = new SpecificData();
        data.setCustomCoders(true); // generated code instead of a walk over the schema
        this.registry = registry;
        this.schema = schema;
        this.writer = new SpecificDatumWriter<>(schema, data);
    }

    /** Null for null: a tombstone. */
    @Override
    public byte[] serialize(String topic, T value) {
        if (value == null) {
            return null;
        }
        int id = schemaId(topic);
        Encoding encoding = encodings.get();
        try {
            writer.write(value, encoding.encoder);
            encoding.encoder.flush();
        } catch (IOException | AvroRuntimeException | NullPointerException e) {
            encodings.remove(); // half a value is left in it
            throw new SerializationException(
                    "A %s for topic %s does not fit its own schema: %s"
                            .formatted(schema.getName(), topic, e.getMessage()),
                    e);
        }
        byte[] bytes = encoding.bytes.takeAfter(WireFormat.HEADER_BYTES);
        WireFormat.writeHeader(bytes, id);
        return bytes;
    }

    /**
     * Registers the schema now rather than with the first value: a refusal is better met at start.
     */
    public int schemaId(String topic) {
        Integer known = idByTopic.get(topic);
        if (known != null) {
            return known;
        }
        int id = ValueSubject.ofTopic(topic).idOf(schema, registry);
        idByTopic.put(topic, id);
        return id;
    }
}
