package io.tidemark.schemas.oplog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.SharedData;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

/** The short way to a record's bytes gives what the long way gives, byte for byte. */
class EntryEncoderTest {
    private static final String TOPIC = "tidemark.shop.oplog.rs0";
    private static final Incarnation INCARNATION = new Incarnation("65f0c0ffee65f0c0ffee65f0");
    private static final List<String> OPS = List.of("i", "i", "u", "d", "c", "n", "xi", "ü", "");
    private static final List<String> COMMANDS =
            List.of("applyOps", "create", "commitTransaction", "abortTransaction", "dropDatabase");
    private static final List<String> NAMESPACES =
            List.of("shop.orders", "", "shop.$cmd", "shop.größe", "店.注文", "a.".repeat(120));

    private final RecordSerializer<OplogRecord> serializer =
            new RecordSerializer<>(new InMemorySchemaRegistry(), OplogRecord.getClassSchema());
    private final EntryEncoder encoder = new EntryEncoder(serializer.schemaId(TOPIC), INCARNATION);

    @Property(tries = 2_000)
    void anyEntryHasTheSameKeyAndValueEitherWay(@ForAll long seed) {
        assertSameEitherWay(bson(entry(new Random(seed))));
    }

    @Test
    void realEntriesHaveTheSameKeyAndValueEitherWay() {
        for (Path file : SharedData.bsonFiles(SharedData.folder().resolve("pbm-5.0"))) {
            if (file.toString().contains("oplog")) {
                SharedData.documents(file).forEach(this::assertSameEitherWay);
            }
        }
    }

    @Test
    void aLongIdLeavesNothingBehindForTheNextEntry() {
        Random random = new Random(5);
        for (int size : new int[] {200_000, 10, 1_000_000, 10}) {
            BsonDocument o = new BsonDocument("_id", new BsonBinary(new byte[size]));
            assertSameEitherWay(
                    bson(entry(random).append("op", new BsonString("i")).append("o", o)));
        }
    }

    @Test
    void bytesThatAreNoUtf8AreReplacedAsDecodingReplacesThem() {
        byte[] bson = bson(entry(new Random(6)).append("ns", new BsonString("shop.oXXs")));
        String text = new String(bson, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("XX");
        bson[at] = (byte) 0xC3;
        bson[at + 1] = (byte) 0x28;
        assertSameEitherWay(bson);
    }

    private void assertSameEitherWay(byte[] bson) {
        OplogEntry entry = OplogEntry.of(bson);
        OplogRecord record = OplogRecords.of(entry, INCARNATION);

        assertThat(encoder.value(entry)).isEqualTo(serializer.serialize(TOPIC, record));
        assertThat(encoder.key(entry)).isEqualTo(OplogRecords.key(record));
    }

    /** Fields as a server writes them, and sometimes of another type, in any order. */
    private static BsonDocument entry(Random random) {
        BsonDocument entry = new BsonDocument();
        String op = pick(random, OPS);
        BsonValue[] values = {
            new BsonString(op),
            new BsonString(pick(random, NAMESPACES)),
            new BsonTimestamp(random.nextLong()),
            new BsonInt64(random.nextInt(100)),
            new BsonBinary(new UUID(random.nextLong(), random.nextLong())),
            payload(random, op),
            new BsonDocument("x", new BsonInt32(1)).append("_id", value(random, 2)),
            new BsonDateTime(random.nextLong()),
            new BsonDocument("id", new BsonBinary(new UUID(1, random.nextLong()))),
            number(random),
            BsonBoolean.valueOf(random.nextBoolean()),
            new BsonInt32(random.nextInt(2)),
            value(random, 2)
        };
        String[] names = {
            "op",
            "ns",
            "ts",
            "t",
            "ui",
            "o",
            "o2",
            "wall",
            "lsid",
            "txnNumber",
            "fromMigrate",
            "multiOpType",
            "neverHeardOf"
        };
        int first = random.nextInt(names.length);
        for (int i = 0; i < names.length; i++) {
            int n = (first + i) % names.length;
            boolean kept = n == 2 || random.nextInt(4) > 0;
            boolean strange = n != 2 && n != 3 && random.nextInt(12) == 0;
            if (kept) {
                entry.append(names[n], strange ? value(random, 1) : values[n]);
            }
        }
        return entry;
    }

    private static BsonValue payload(Random random, String op) {
        if (op.equals("c")) {
            return new BsonDocument(pick(random, COMMANDS), new BsonArray())
                    .append("prepare", BsonBoolean.valueOf(random.nextBoolean()));
        }
        BsonDocument document = new BsonDocument();
        if (random.nextBoolean()) {
            document.append("before", value(random, 2));
        }
        if (random.nextInt(5) > 0) {
            document.append("_id", value(random, 3));
        }
        return document.append("text", new BsonString("x".repeat(random.nextInt(3_000))));
    }

    private static BsonValue number(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new BsonInt32(random.nextInt());
            case 1 -> new BsonDouble(random.nextInt(1_000));
            default -> new BsonInt64(random.nextLong());
        };
    }

    private static BsonValue value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> new BsonString(pick(random, NAMESPACES));
            case 1 -> BsonNull.VALUE;
            case 2 -> new BsonObjectId(new ObjectId(random.nextInt(), random.nextInt(1 << 24)));
            case 3 -> new BsonBinary(new byte[random.nextInt(40)]);
            case 4, 5 -> number(random);
            case 6 -> new BsonDocument("_id", value(random, depth - 1));
            default -> new BsonArray(List.of(value(random, depth - 1), number(random)));
        };
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static byte[] bson(BsonDocument document) {
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return bytes;
    }
}
