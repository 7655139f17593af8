package io.tidemark.timeline.chunk;

import io.tidemark.schemas.bson.RawDocument;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Iterator;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * BSON's order of shard-key bounds: by type bracket, numbers of all types by value, documents field
 * by field (MongoDB manual, "Comparison/Sort Order"; strings by their UTF-8 bytes, as shard keys
 * have simple collation).
 */
final class KeyOrder implements Comparator<RawDocument> {
    static final KeyOrder INSTANCE = new KeyOrder();

    private KeyOrder() {}

    @Override
    public int compare(RawDocument a, RawDocument b) {
        return a.equals(b) ? 0 : documents(a.toBson(), b.toBson());
    }

    private static int values(BsonValue a, BsonValue b) {
        int bracket = Integer.compare(bracket(a), bracket(b));
        if (bracket != 0) {
            return bracket;
        }
        return switch (a.getBsonType()) {
            case DOUBLE, INT32, INT64, DECIMAL128 -> numbers(a, b);
            case STRING, SYMBOL -> bytes(utf8(a), utf8(b));
            case DOCUMENT -> documents(a.asDocument(), b.asDocument());
            case ARRAY -> arrays(a.asArray().iterator(), b.asArray().iterator());
            case BINARY -> binaries(a, b);
            case OBJECT_ID -> a.asObjectId().getValue().compareTo(b.asObjectId().getValue());
            case BOOLEAN -> Boolean.compare(a.asBoolean().getValue(), b.asBoolean().getValue());
            case DATE_TIME -> Long.compare(a.asDateTime().getValue(), b.asDateTime().getValue());
            case TIMESTAMP ->
                    Long.compareUnsigned(a.asTimestamp().getValue(), b.asTimestamp().getValue());
            default -> 0;
        };
    }

    private static int documents(BsonDocument a, BsonDocument b) {
        Iterator<String> left = a.keySet().iterator();
        Iterator<String> right = b.keySet().iterator();
        while (left.hasNext() && right.hasNext()) {
            String leftName = left.next();
            String rightName = right.next();
            BsonValue leftValue = a.get(leftName);
            BsonValue rightValue = b.get(rightName);
            int order = Integer.compare(bracket(leftValue), bracket(rightValue));
            order = order != 0 ? order : bytes(utf8(leftName), utf8(rightName));
            order = order != 0 ? order : values(leftValue, rightValue);
            if (order != 0) {
                return order;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private static int arrays(Iterator<BsonValue> a, Iterator<BsonValue> b) {
        while (a.hasNext() && b.hasNext()) {
            int order = values(a.next(), b.next());
            if (order != 0) {
                return order;
            }
        }
        return Boolean.compare(a.hasNext(), b.hasNext());
    }

    private static int numbers(BsonValue a, BsonValue b) {
        boolean exact = a.isInt32() || a.isInt64();
        boolean bothExact = exact && (b.isInt32() || b.isInt64());
        if (bothExact) {
            return Long.compare(a.asNumber().longValue(), b.asNumber().longValue());
        }
        double left = a.asNumber().doubleValue();
        double right = b.asNumber().doubleValue();
        if (Double.isNaN(left) || Double.isNaN(right)) {
            // NaN comes before every other number.
            return Boolean.compare(!Double.isNaN(left), !Double.isNaN(right));
        }
        if (Double.isInfinite(left) || Double.isInfinite(right)) {
            return Double.compare(left, right);
        }
        return decimal(a).compareTo(decimal(b));
    }

    private static BigDecimal decimal(BsonValue number) {
        if (number.isDouble()) {
            return new BigDecimal(number.asDouble().getValue());
        }
        if (number.isDecimal128()) {
            var value = number.asDecimal128().getValue();
            // A negative zero has no BigDecimal.
            return value.doubleValue() == 0 ? BigDecimal.ZERO : value.bigDecimalValue();
        }
        return BigDecimal.valueOf(number.asNumber().longValue());
    }

    private static int binaries(BsonValue a, BsonValue b) {
        byte[] left = a.asBinary().getData();
        byte[] right = b.asBinary().getData();
        int byLength = Integer.compare(left.length, right.length);
        int byType =
                byLength != 0
                        ? byLength
                        : Integer.compare(
                                Byte.toUnsignedInt(a.asBinary().getType()),
                                Byte.toUnsignedInt(b.asBinary().getType()));
        return byType != 0 ? byType : bytes(left, right);
    }

    private static int bytes(byte[] a, byte[] b) {
        return java.util.Arrays.compareUnsigned(a, b);
    }

    private static byte[] utf8(BsonValue text) {
        return utf8(text.isString() ? text.asString().getValue() : text.asSymbol().getSymbol());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static int bracket(BsonValue value) {
        return switch (value.getBsonType()) {
            case MIN_KEY -> -1;
            case UNDEFINED -> 0;
            case NULL -> 5;
            case DOUBLE, INT32, INT64, DECIMAL128 -> 10;
            case STRING, SYMBOL -> 15;
            case DOCUMENT -> 20;
            case ARRAY -> 25;
            case BINARY -> 30;
            case OBJECT_ID -> 35;
            case BOOLEAN -> 40;
            case DATE_TIME -> 45;
            case TIMESTAMP -> 47;
            case REGULAR_EXPRESSION -> 50;
            case MAX_KEY -> 127;
            default -> 60;
        };
    }
}
