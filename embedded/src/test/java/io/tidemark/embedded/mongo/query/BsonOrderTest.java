package io.tidemark.embedded.mongo.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

class BsonOrderTest {
    /** Each smaller than the next (MongoDB manual, "Comparison/Sort Order"). */
    private static final List<BsonValue> RISING =
            List.of(
                    new BsonMinKey(),
                    BsonNull.VALUE,
                    new BsonDouble(Double.NaN),
                    new BsonDouble(Double.NEGATIVE_INFINITY),
                    new BsonInt64(Long.MIN_VALUE),
                    new BsonDecimal128(Decimal128.parse("-1.5")),
                    new BsonInt32(0),
                    new BsonDouble(0.1),
                    new BsonInt32(1),
                    new BsonInt64(9007199254740992L),
                    new BsonInt64(9007199254740993L),
                    new BsonInt64(Long.MAX_VALUE),
                    new BsonDouble(0x1p63),
                    new BsonDecimal128(Decimal128.parse("1E+400")),
                    new BsonDouble(Double.POSITIVE_INFINITY),
                    new BsonString(""),
                    new BsonString("a"),
                    new BsonString("\uFFFD"),
                    new BsonString("\uD83D\uDE00"),
                    new BsonDocument(),
                    BsonDocument.parse("{a: 1}"),
                    BsonDocument.parse("{b: 0}"),
                    BsonDocument.parse("{a: 'x'}"),
                    new BsonArray(),
                    BsonArray.parse("[1]"),
                    BsonArray.parse("[1, 2]"),
                    new BsonBinary(new byte[] {(byte) 200}),
                    new BsonBinary(new byte[] {1, 2}),
                    new BsonObjectId(new ObjectId("000000000000000000000001")),
                    new BsonObjectId(new ObjectId("ff0000000000000000000000")),
                    BsonBoolean.FALSE,
                    BsonBoolean.TRUE,
                    new BsonDateTime(-1),
                    new BsonDateTime(1),
                    new BsonTimestamp(1, 1),
                    new BsonTimestamp(0x80000000, 0),
                    new BsonRegularExpression("a"),
                    new BsonMaxKey());

    @Test
    void ordersAllTypesAsTheManualSays() {
        for (int i = 0; i < RISING.size(); i++) {
            for (int j = 0; j < RISING.size(); j++) {
                assertThat(Integer.signum(BsonOrder.SIMPLE.compare(RISING.get(i), RISING.get(j))))
                        .as("%s against %s", RISING.get(i), RISING.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Test
    void callsNumbersOfDifferentTypesTheSameKey() {
        List<BsonValue> ones =
                new ArrayList<>(
                        List.of(
                                new BsonInt32(1),
                                new BsonInt64(1),
                                new BsonDouble(1),
                                new BsonDecimal128(Decimal128.parse("1.0"))));
        for (BsonValue one : ones) {
            assertThat(new BsonKey(one)).isEqualTo(new BsonKey(ones.get(0)));
            assertThat(new BsonKey(one).hashCode()).isEqualTo(new BsonKey(ones.get(0)).hashCode());
            assertThat(BsonOrder.identical(one, ones.get(0))).isEqualTo(one == ones.get(0));
        }
    }

    @Test
    void tellsDocumentsOfAnotherFieldOrderApart() {
        BsonValue left = BsonDocument.parse("{a: 1, b: 2}");
        BsonValue right = BsonDocument.parse("{b: 2, a: 1}");
        assertThat(new BsonKey(left)).isNotEqualTo(new BsonKey(right));
        assertThat(BsonOrder.identical(left, right)).isFalse();
    }
}
