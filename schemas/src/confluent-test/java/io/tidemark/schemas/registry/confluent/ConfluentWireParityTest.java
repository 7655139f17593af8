package io.tidemark.schemas.registry.confluent;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confluent's client, with the Avro it brings, reads what we write, and we read what it writes. */
class ConfluentWireParityTest {
    private static final String TOPIC = "tidemark.shop.oplog.rs0";

    private final EmbeddedRegistry server = EmbeddedRegistry.inMemory();
    private SchemaRegistryClient theirs;
    private ConfluentRestRegistry ours;

    @BeforeEach
    void start() {
        server.start();
        theirs = new CachedSchemaRegistryClient(server.url().toString(), 10);
        ours = new ConfluentRestRegistry(RegistryConfig.of(server.url()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theyReadWhatWeWrite() throws Exception {
        byte[] value =
                new RecordSerializer<OplogRecord>(ours, OplogRecord.getClassSchema())
                        .serialize(TOPIC, record());
        GenericRecord read = theirRead(value);
        assertThat(read.get("ns").toString()).isEqualTo("shop.orders");
        assertThat(read.get("kind").toString()).isEqualTo("CRUD");
        assertThat(read.get("seconds")).isEqualTo(4_294_967_295L);
        assertThat(read.get("entry")).isEqualTo(record().getEntry());
        assertThat(theirs.getAllSubjects()).containsExactly(TOPIC + "-value");
        assertThat(theirs.getCompatibility(TOPIC + "-value")).isEqualTo("FULL_TRANSITIVE");
    }

    @Test
    void weReadWhatTheyWrite() throws Exception {
        AvroSchema schema = new AvroSchema(OplogRecord.getClassSchema().toString());
        int id = theirs.register(TOPIC + "-value", schema);
        byte[] original =
                new RecordSerializer<OplogRecord>(ours, OplogRecord.getClassSchema())
                        .serialize(TOPIC, record());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).putInt(1, id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema.rawSchema())
                .write(theirRead(original), encoder);
        encoder.flush();
        assertThat(out.toByteArray()).isEqualTo(original);
        assertThat(
                        new RecordDeserializer<>(
                                        ours, OplogRecord.class, OplogRecord.getClassSchema())
                                .deserialize(TOPIC, out.toByteArray()))
                .isEqualTo(record());
    }

    private GenericRecord theirRead(byte[] value) throws Exception {
        assertThat(value[0]).isZero();
        AvroSchema schema = (AvroSchema) theirs.getSchemaById(ByteBuffer.wrap(value).getInt(1));
        return new GenericDatumReader<GenericRecord>(schema.rawSchema())
                .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
    }

    private static OplogRecord record() {
        return OplogRecord.newBuilder()
                .setKind(RecordKind.CRUD)
                .setSeconds(4_294_967_295L)
                .setIncrement(1)
                .setTerm(2)
                .setIncarnation("65f0c0ffee65f0c0ffee65f0")
                .setOp("u")
                .setNs("shop.orders")
                .setEntry(ByteBuffer.wrap(new byte[3_000]))
                .build();
    }
}
