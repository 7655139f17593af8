package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawElement;
import java.math.BigDecimal;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/** Compares numbers of different types, as an index does. */
final class IdValue {
    private IdValue() {}

    /** True for two numbers of one value; anything else is told by its bytes. */
    static boolean areEqual(RawElement one, RawElement other) {
        BsonValue a = value(one);
        BsonValue b = value(other);
        if (!isNumber(a) || !isNumber(b)) {
            return false;
        }
        return isFinite(a) && isFinite(b)
                ? decimal(a).compareTo(decimal(b)) == 0
                : Double.compare(doubled(a), doubled(b)) == 0;
    }

    private static BsonValue value(RawElement element) {
        return io.tidemark.schemas.bson.RawDocument.of(
                        new io.tidemark.schemas.bson.RawDocumentBuilder()
                                .append("v", element)
                                .build())
                .toBson()
                .get("v");
    }

    private static boolean isNumber(BsonValue value) {
        return value.isNumber() || value.isDecimal128();
    }

    private static boolean isFinite(BsonValue value) {
        if (value.isDecimal128()) {
            Decimal128 decimal = value.asDecimal128().getValue();
            return !decimal.isNaN() && !decimal.isInfinite();
        }
        return !value.isDouble() || Double.isFinite(value.asDouble().getValue());
    }

    private static BigDecimal decimal(BsonValue value) {
        if (value.isDecimal128()) {
            Decimal128 decimal = value.asDecimal128().getValue();
            return new BigDecimal(decimal.toString());
        }
        return value.isDouble()
                ? new BigDecimal(value.asDouble().getValue())
                : BigDecimal.valueOf(value.asNumber().longValue());
    }

    private static double doubled(BsonValue value) {
        if (!value.isDecimal128()) {
            return value.asNumber().doubleValue();
        }
        Decimal128 decimal = value.asDecimal128().getValue();
        if (decimal.isNaN()) {
            return Double.NaN;
        }
        if (decimal.isInfinite()) {
            return decimal.isNegative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return new BigDecimal(decimal.toString()).doubleValue();
    }
}
