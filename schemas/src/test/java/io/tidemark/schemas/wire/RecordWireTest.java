package io.tidemark.schemas.wire;

import static io.tidemark.schemas.wire.ExampleRecords.bytes;
import static io.tidemark.schemas.wire.ExampleRecords.copyOf;
import static io.tidemark.schemas.wire.ExampleRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.registry.Compatibility;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordWireTest {
    private static final String TOPIC = "tidemark.shop.oplog.rs0";

    private final EmbeddedRegistry server = EmbeddedRegistry.inMemory();
    private SchemaRegistry registry;
    private RecordSerializer<OplogRecord> serializer;
    private RecordDeserializer<OplogRecord> deserializer;

    @BeforeEach
    void start() {
        registry = new ConfluentRestRegistry(RegistryConfig.of(server.start().url()));
        serializer = new RecordSerializer<>(registry, OplogRecord.getClassSchema());
        deserializer =
                new RecordDeserializer<>(registry, OplogRecord.class, OplogRecord.getClassSchema());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /**
     * Computed apart from this code, by the specifications of Avro and of Confluent's wire format.
     */
    @Test
    void theBytesAreTheseForAnyReaderOfTheWorld() {
        OplogRecord record = insert(ByteBuffer.wrap(new byte[] {6, 0, 0, 0, 10, 0}));
        String expected =
                "00 00000001" // magic, schema id 1
                        + "02" // kind: symbol 1, CRUD
                        + "80c49fd50c" // seconds 1700000000
                        + "0a 06" // increment 5, term 3
                        + "30" // incarnation: 24 characters
                        + "363566306330666665653635663063306666656536356630"
                        + "02 f6a1abfef962" // wallMillis: branch 1, 1700000000123
                        + "02 02 69" // op: branch 1, "i"
                        + "16 73686f702e6f7264657273" // ns: 11 characters
                        + "02 48"
                        + " 31313131313131312d323232322d343333332d383434342d35353535353535353535353502"
                        + " 0a 0500000000" // documentKey: branch 1, 5 bytes
                        + "00" // transactionKey: null
                        + "00" // fromMigrate: false
                        + "00 00 00 00" // gapAfter, reason, role, shards: null
                        + "02 0c 060000000a00"; // entry: branch 1, 6 bytes
        assertThat(HexFormat.of().formatHex(serializer.serialize(TOPIC, record)))
                .isEqualTo(expected.replace(" ", ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 511, 512, 1_024, 2_048, 2_049, 65_535, 65_536, 200_000, 16_793_600})
    void whatIsWrittenIsReadWhateverItsSize(int size) throws IOException {
        for (ByteBuffer entry : shapes(bytes(size))) {
            OplogRecord record = insert(entry);
            byte[] value = serializer.serialize(TOPIC, record);
            assertThat(entry.remaining()).isEqualTo(size);
            OplogRecord read = deserializer.deserialize(TOPIC, value);
            assertThat(copyOf(read.getEntry())).isEqualTo(bytes(size));
            assertThat(read.getDocumentKey()).isEqualTo(record.getDocumentKey());
            assertThat(value).isEqualTo(plainAvro(record));
        }
    }

    @Test
    void aLargeEntryIsASliceOfTheValueAndAKeyIsNot() {
        byte[] value = serializer.serialize(TOPIC, insert(ByteBuffer.wrap(bytes(1_000_000))));
        OplogRecord read = deserializer.deserialize(TOPIC, value);
        assertThat(read.getEntry().array()).isSameAs(value);
        assertThat(read.getDocumentKey().array()).hasSize(5);
    }

    @Test
    void theSubjectIsFullTransitiveFromItsFirstVersionUnlessSomeoneSetItsLevel() {
        serializer.serialize(TOPIC, insert(null));
        assertThat(registry.compatibility(TOPIC + "-value"))
                .contains(Compatibility.FULL_TRANSITIVE);
        registry.setCompatibility("other-value", Compatibility.BACKWARD);
        serializer.serialize("other", insert(null));
        assertThat(registry.compatibility("other-value")).contains(Compatibility.BACKWARD);
        assertThat(registry.lookup("other-value", OplogRecord.getClassSchema())).isPresent();
    }

    @Test
    void theRegistryIsAskedOncePerTopicAndSchema() {
        byte[] value = serializer.serialize(TOPIC, insert(null));
        deserializer.deserialize(TOPIC, value);
        long asked = server.faults().requests();
        for (int i = 0; i < 100; i++) {
            deserializer.deserialize(TOPIC, serializer.serialize(TOPIC, insert(null)));
        }
        assertThat(server.faults().requests()).isEqualTo(asked);
    }

    @Test
    void tombstonesStayTombstones() {
        assertThat(serializer.serialize(TOPIC, null)).isNull();
        assertThat(deserializer.deserialize(TOPIC, null)).isNull();
    }

    @Test
    void whatIsNoRecordIsRefusedWithWords() {
        assertRefused("{\"json\":true}".getBytes(), "begins with 0x7b", TOPIC);
        assertRefused(new byte[] {0, 0, 0}, "3 bytes", TOPIC);
        assertRefused(new byte[] {0, 0, 0, 3, (byte) 0xe7, 2}, "schema 999", TOPIC);
        byte[] value = serializer.serialize(TOPIC, insert(ByteBuffer.wrap(bytes(100))));
        byte[] cut = java.util.Arrays.copyOf(value, value.length - 1);
        assertRefused(cut, "claims 100 bytes where 99 are left", "schema 1");
        byte[] longer = java.util.Arrays.copyOf(value, value.length + 1);
        assertRefused(longer, "1 bytes are left over");
    }

    @Test
    void aFlippedBitIsRefusedOrReadAndNeverKillsTheReader() {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        System.err.println("seed " + seed);
        Random random = new Random(seed);
        byte[] value = serializer.serialize(TOPIC, insert(ByteBuffer.wrap(bytes(600))));
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] flipped = value.clone();
            int bit = 40 + random.nextInt((value.length - 5) * 8);
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                deserializer.deserialize(TOPIC, flipped);
            } catch (SerializationException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aRegistryThatIsDownIsNotTakenForADamagedValue() {
        byte[] value = serializer.serialize(TOPIC, insert(null));
        server.close();
        RegistryConfig impatient =
                RegistryConfig.of(server.url())
                        .withPatience(java.time.Duration.ofSeconds(1), 1, java.time.Duration.ZERO);
        RecordDeserializer<OplogRecord> fresh =
                new RecordDeserializer<>(
                        new ConfluentRestRegistry(impatient),
                        OplogRecord.class,
                        OplogRecord.getClassSchema());
        assertThatThrownBy(() -> fresh.deserialize(TOPIC, value))
                .isInstanceOf(SchemaRegistryException.class);
    }

    @Test
    void afterARecordThatDoesNotFitItsSchemaTheNextOneIsWhole() {
        OplogRecord incomplete = new OplogRecord();
        assertThatThrownBy(() -> serializer.serialize(TOPIC, incomplete))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("OplogRecord for topic " + TOPIC);
        OplogRecord whole = insert(ByteBuffer.wrap(bytes(10)));
        assertThat(deserializer.deserialize(TOPIC, serializer.serialize(TOPIC, whole)))
                .isEqualTo(whole);
    }

    @Test
    void manyThreadsShareOneSerializer() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Integer> work =
                    () -> {
                        for (int i = 0; i < 500; i++) {
                            OplogRecord record = insert(ByteBuffer.wrap(bytes(i * 300)));
                            byte[] value = serializer.serialize(TOPIC, record);
                            assertThat(deserializer.deserialize(TOPIC, value)).isEqualTo(record);
                        }
                        return 500;
                    };
            for (Future<Integer> done : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(done.get()).isEqualTo(500);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * What a reader in another language does: fetch the schema by the id in the value, decode
     * generically.
     */
    @Test
    void aReaderThatKnowsOnlyTheRegistryUnderstandsIt() throws IOException {
        byte[] value = serializer.serialize(TOPIC, insert(ByteBuffer.wrap(bytes(20))));
        Schema schema = registry.byId(ByteBuffer.wrap(value).getInt(1));
        GenericRecord record =
                new GenericDatumReader<GenericRecord>(schema)
                        .read(
                                null,
                                DecoderFactory.get()
                                        .binaryDecoder(value, 5, value.length - 5, null));
        assertThat(record.get("ns").toString()).isEqualTo("shop.orders");
        assertThat(copyOf((ByteBuffer) record.get("entry"))).isEqualTo(bytes(20));
    }

    private void assertRefused(byte[] value, String... words) {
        assertThatThrownBy(() -> deserializer.deserialize(TOPIC, value))
                .isInstanceOf(SerializationException.class)
                .hasMessageContainingAll(words);
    }

    /** The same bytes on the heap, within a larger array, and off the heap. */
    private static List<ByteBuffer> shapes(byte[] bytes) {
        byte[] larger = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, larger, 10, bytes.length);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return List.of(
                ByteBuffer.wrap(bytes), ByteBuffer.wrap(larger, 10, bytes.length).slice(), direct);
    }

    private static byte[] plainAvro(OplogRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        IntStream.of(0, 0, 0, 0, 1).forEach(out::write);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new SpecificDatumWriter<>(OplogRecord.class).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
