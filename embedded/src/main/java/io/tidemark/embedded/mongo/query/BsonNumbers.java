package io.tidemark.embedded.mongo.query;

import java.math.BigDecimal;
import org.bson.BsonDecimal128;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/**
 * Numbers of the four BSON types: exact comparison and the server's rules for the type of a result.
 */
public final class BsonNumbers {
    private BsonNumbers() {}

    /**
     * By value; NaN is equal to itself and smaller than every other number; minus zero equals zero.
     */
    public static int compare(BsonValue left, BsonValue right) {
        if (isIntegral(left) && isIntegral(right)) {
            return Long.compare(integral(left), integral(right));
        }
        double mine = approximate(left);
        double theirs = approximate(right);
        if (Double.isNaN(mine) || Double.isNaN(theirs)) {
            return Boolean.compare(!Double.isNaN(mine), !Double.isNaN(theirs));
        }
        if (Double.isInfinite(mine) || Double.isInfinite(theirs)) {
            return compareWithInfinity(left, right, mine, theirs);
        }
        return exact(left).compareTo(exact(right));
    }

    /**
     * A finite decimal may round to an infinite double, so infinity is asked of the value itself.
     */
    private static int compareWithInfinity(
            BsonValue left, BsonValue right, double mine, double theirs) {
        if (isInfinite(left) || isInfinite(right)) {
            double a = isInfinite(left) ? mine : 0;
            double b = isInfinite(right) ? theirs : 0;
            return Double.compare(a, b);
        }
        return exact(left).compareTo(exact(right));
    }

    private static boolean isInfinite(BsonValue value) {
        return value.isDecimal128()
                ? value.asDecimal128().getValue().isInfinite()
                : value.isDouble() && Double.isInfinite(value.asDouble().getValue());
    }

    public static boolean isNumber(BsonValue value) {
        return value != null && (value.isNumber() || value.isDecimal128());
    }

    static boolean isIntegral(BsonValue value) {
        return value.isInt32() || value.isInt64();
    }

    public static boolean isNaN(BsonValue value) {
        return isNumber(value) && Double.isNaN(approximate(value));
    }

    static long integral(BsonValue value) {
        return value.isInt32() ? value.asInt32().getValue() : value.asInt64().getValue();
    }

    static double approximate(BsonValue value) {
        if (value.isDouble()) {
            return value.asDouble().getValue();
        }
        if (isIntegral(value)) {
            return integral(value);
        }
        Decimal128 decimal = value.asDecimal128().getValue();
        if (decimal.isNaN()) {
            return Double.NaN;
        }
        if (decimal.isInfinite()) {
            return decimal.isNegative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return bigDecimal(decimal).doubleValue();
    }

    private static BigDecimal exact(BsonValue value) {
        if (value.isDecimal128()) {
            return bigDecimal(value.asDecimal128().getValue());
        }
        return value.isDouble()
                ? new BigDecimal(value.asDouble().getValue())
                : BigDecimal.valueOf(integral(value));
    }

    /** Minus zero has no BigDecimal and the driver refuses it; its value is zero. */
    private static BigDecimal bigDecimal(Decimal128 decimal) {
        boolean zero =
                decimal.equals(Decimal128.NEGATIVE_ZERO)
                        || (decimal.isNegative()
                                && decimal.toString().matches("-0(\\.0*)?(E[+-]?\\d+)?"));
        return zero ? BigDecimal.ZERO : decimal.bigDecimalValue();
    }

    /**
     * The whole number a value stands for, toward zero; NaN is 0, what is out of range is clamped.
     */
    public static long truncated(BsonValue value) {
        if (isIntegral(value)) {
            return integral(value);
        }
        if (value.isDouble()) {
            return (long) value.asDouble().getValue();
        }
        double approximate = approximate(value);
        if (Double.isNaN(approximate) || isInfinite(value)) {
            return (long) approximate;
        }
        BigDecimal exact = exact(value);
        if (exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
            return Long.MAX_VALUE;
        }
        return exact.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) <= 0
                ? Long.MIN_VALUE
                : exact.longValue();
    }

    /**
     * The whole number a value is hashed as: doubles are truncated, decimals rounded half to even,
     * what is out of range is clamped, but the double 2^63 counts as the smallest long (checked
     * against a server).
     */
    static long hashed(BsonValue value) {
        if (value.isDouble() && value.asDouble().getValue() == 0x1p63) {
            return Long.MIN_VALUE;
        }
        boolean finite = value.isDecimal128() && Double.isFinite(approximate(value));
        return finite
                ? truncated(
                        new BsonDecimal128(
                                new Decimal128(
                                        exact(value)
                                                .setScale(0, java.math.RoundingMode.HALF_EVEN))))
                : truncated(value);
    }

    /** A whole number without loss, or nothing if the value is a fraction, NaN or out of range. */
    public static java.util.OptionalLong wholeNumber(BsonValue value) {
        if (isIntegral(value)) {
            return java.util.OptionalLong.of(integral(value));
        }
        double approximate = approximate(value);
        boolean whole = approximate == Math.rint(approximate) && Math.abs(approximate) < 0x1p63;
        return whole ? java.util.OptionalLong.of(truncated(value)) : java.util.OptionalLong.empty();
    }

    /** Sum with the server's result type: the wider of the two, and long where an int overflows. */
    public static BsonValue add(BsonValue left, BsonValue right) {
        if (left.isDecimal128() || right.isDecimal128()) {
            return new BsonDecimal128(new Decimal128(exact(left).add(exact(right))));
        }
        if (left.isDouble() || right.isDouble()) {
            return new BsonDouble(approximate(left) + approximate(right));
        }
        return fit(left, right, Math.addExact(integral(left), integral(right)));
    }

    /** Product with the server's result type. */
    public static BsonValue multiply(BsonValue left, BsonValue right) {
        if (left.isDecimal128() || right.isDecimal128()) {
            return new BsonDecimal128(
                    new Decimal128(
                            exact(left).multiply(exact(right), java.math.MathContext.DECIMAL128)));
        }
        if (left.isDouble() || right.isDouble()) {
            return new BsonDouble(approximate(left) * approximate(right));
        }
        return fit(left, right, Math.multiplyExact(integral(left), integral(right)));
    }

    private static BsonValue fit(BsonValue left, BsonValue right, long result) {
        boolean small = left.isInt32() && right.isInt32() && result == (int) result;
        return small ? new BsonInt32((int) result) : new BsonInt64(result);
    }
}
