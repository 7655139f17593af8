package io.tidemark.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Records of older and of newer versions of Tidemark, read by this one. */
class SchemaEvolutionTest {
    private static final String TOPIC = "tidemark.shop.oplog.rs0";
    private static final String SUBJECT = TOPIC + "-value";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<OplogRecord> serializer =
            new RecordSerializer<>(registry, OplogRecord.getClassSchema());
    private final RecordDeserializer<OplogRecord> deserializer =
            new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());

    @Test
    void aFieldOfAFutureVersionIsIgnored() throws IOException {
        Schema future =
                changed(
                        fields ->
                                fields.insertObject(3)
                                        .put("name", "shardVersion")
                                        .put("type", "string")
                                        .put("default", ""));
        OplogRecord read = readWrittenWith(future, record -> record.put("shardVersion", "7|0"));
        assertThat(read.getNs()).isEqualTo("shop.orders");
        assertThat(read.getKind()).isEqualTo(RecordKind.NOOP);
    }

    @Test
    void aFieldThatAnOlderVersionLackedHasItsDefault() throws IOException {
        Schema past = changed(fields -> remove(fields, "fromMigrate"));
        assertThat(readWrittenWith(past, record -> {}).getFromMigrate()).isFalse();
    }

    @Test
    void aKindOfAFutureVersionIsReadAsOther() throws IOException {
        Schema future =
                changed(
                        fields ->
                                ((ArrayNode) fields.get(0).path("type").path("symbols"))
                                        .add("CHECKPOINT"));
        OplogRecord read =
                readWrittenWith(
                        future,
                        record ->
                                record.put(
                                        "kind",
                                        new GenericData.EnumSymbol(
                                                future.getField("kind").schema(), "CHECKPOINT")));
        assertThat(read.getKind()).isEqualTo(RecordKind.OTHER);
    }

    @Test
    void theRegistryAcceptsThoseChangesAndRefusesAFieldWithoutDefault() {
        serializer.schemaId(TOPIC);
        registry.register(SUBJECT, changed(fields -> remove(fields, "fromMigrate")));
        Schema breaking =
                changed(fields -> fields.addObject().put("name", "must").put("type", "string"));
        assertThatThrownBy(() -> registry.register(SUBJECT, breaking))
                .isInstanceOf(SchemaRegistryException.class);
    }

    @Test
    void anIncompatibleSubjectStopsTheWriterBeforeItsFirstValue() {
        registry.register(SUBJECT, new Schema.Parser().parse("\"string\""));
        assertThatThrownBy(() -> serializer.schemaId(TOPIC))
                .isInstanceOf(SchemaRegistryException.class);
    }

    private OplogRecord readWrittenWith(Schema writer, Consumer<GenericRecord> more)
            throws IOException {
        int id = registry.register(SUBJECT, writer);
        GenericRecord record = new GenericData.Record(writer);
        for (Schema.Field field : writer.getFields()) {
            if (field.hasDefaultValue()) {
                record.put(field.name(), GenericData.get().getDefaultValue(field));
            }
        }
        record.put("kind", new GenericData.EnumSymbol(writer.getField("kind").schema(), "NOOP"));
        record.put("seconds", 1L);
        record.put("increment", 2L);
        record.put("term", 3L);
        record.put("incarnation", "x");
        record.put("ns", "shop.orders");
        record.put("entry", ByteBuffer.wrap(ExampleRecords.bytes(700)));
        more.accept(record);
        OplogRecord read = deserializer.deserialize(TOPIC, wire(id, writer, record));
        assertThat(ExampleRecords.copyOf(read.getEntry())).isEqualTo(ExampleRecords.bytes(700));
        return read;
    }

    private static byte[] wire(int id, Schema writer, GenericRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).putInt(1, id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static Schema changed(Consumer<ArrayNode> change) {
        try {
            ObjectNode schema = (ObjectNode) JSON.readTree(OplogRecord.getClassSchema().toString());
            change.accept((ArrayNode) schema.get("fields"));
            return new Schema.Parser().parse(schema.toString());
        } catch (IOException e) {
            throw new IllegalStateException("Our own schema is no JSON", e);
        }
    }

    private static void remove(ArrayNode fields, String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).path("name").asText().equals(name)) {
                fields.remove(i);
                return;
            }
        }
        throw new IllegalArgumentException("No field " + name);
    }
}
