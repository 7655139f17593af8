package io.tidemark.restore.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.HashedValue;
import io.tidemark.restore.BsonFiles;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

/** Order and hash of values, against the simulated server's own, written independently. */
final class ShardKeyWitnessTest {
    private static final long SEED = 20_261_120;
    private final Random random = new Random(SEED);

    @Test
    void ordersValuesAsTheWitnessDoes() {
        List<BsonValue> values = values(400);
        for (BsonValue a : values) {
            for (BsonValue b : values) {
                assertThat(Integer.signum(ValueOrder.SIMPLE.compare(raw(a), raw(b))))
                        .as("seed %d: %s against %s", SEED, a, b)
                        .isEqualTo(Integer.signum(BsonOrder.SIMPLE.compare(a, b)));
            }
        }
    }

    @Test
    void hashesValuesAsTheWitnessDoes() {
        for (BsonValue value : values(2_000)) {
            assertThat(HashedKey.of(raw(value)))
                    .as("seed %d: %s", SEED, value)
                    .isEqualTo(HashedValue.of(value));
        }
    }

    private List<BsonValue> values(int count) {
        List<BsonValue> values =
                new ArrayList<>(
                        List.of(
                                new BsonMinKey(),
                                new BsonMaxKey(),
                                BsonNull.VALUE,
                                new BsonDouble(Double.NaN),
                                new BsonDouble(Double.POSITIVE_INFINITY),
                                new BsonDouble(Double.NEGATIVE_INFINITY),
                                new BsonDouble(-0.0),
                                new BsonInt64(Long.MAX_VALUE),
                                new BsonInt64(Long.MIN_VALUE),
                                new BsonDouble(0x1p53),
                                new BsonDouble(0x1p63),
                                new BsonDouble(-0x1p63),
                                new BsonDouble(0x1p64),
                                new BsonInt64((1L << 53) + 1),
                                new BsonDecimal128(Decimal128.NaN),
                                new BsonDecimal128(Decimal128.NEGATIVE_ZERO),
                                new BsonDecimal128(Decimal128.POSITIVE_INFINITY)));
        while (values.size() < count) {
            values.add(value(3));
        }
        return values;
    }

    private BsonValue value(int depth) {
        return switch (random.nextInt(depth > 0 ? 13 : 11)) {
            case 0 -> new BsonInt32(random.nextInt(9) - 4);
            case 1 -> new BsonInt64(random.nextInt(9) - 4);
            case 2 -> new BsonDouble((random.nextInt(17) - 8) / 2.0);
            case 3 -> new BsonString("ab\u00e9\ud83d\ude00".substring(0, random.nextInt(4)));
            case 4 -> BsonBoolean.valueOf(random.nextBoolean());
            case 5 -> new BsonDateTime(random.nextInt(5) - 2);
            case 6 -> new BsonTimestamp(random.nextInt(3), random.nextInt());
            case 7 -> new BsonObjectId(new ObjectId(random.nextInt(3), random.nextInt(3)));
            case 8 -> new BsonBinary((byte) random.nextInt(2), new byte[random.nextInt(3)]);
            case 9 -> BsonNull.VALUE;
            case 10 -> new BsonDecimal128(Decimal128.parse((random.nextInt(9) - 4) + ".50"));
            case 11 -> {
                BsonArray array = new BsonArray();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(value(depth - 1));
                }
                yield array;
            }
            default -> {
                BsonDocument document = new BsonDocument();
                for (int i = random.nextInt(3); i > 0; i--) {
                    document.append("" + (char) ('a' + random.nextInt(2)), value(depth - 1));
                }
                yield document;
            }
        };
    }

    private static RawElement raw(BsonValue value) {
        RawDocument document = BsonFiles.raw(new BsonDocument("v", value));
        return document.first().orElseThrow();
    }
}
