package io.tidemark.restore.orphans;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import org.bson.types.Decimal128;

/**
 * The server's order of BSON values under the simple collation: by kind of type first (MongoDB
 * manual, "BSON Types", "Comparison/Sort Order"), then by value; numbers of all types together.
 */
final class ValueOrder implements Comparator<RawElement> {
    static final ValueOrder SIMPLE = new ValueOrder();
    private static final int NUMBER = 10;

    @Override
    public int compare(RawElement a, RawElement b) {
        int kind = kind(a.typeByte());
        int byKind = Integer.compare(kind, kind(b.typeByte()));
        if (byKind != 0) {
            return byKind;
        }
        return switch (kind) {
            case NUMBER -> compareNumbers(a, b);
            case 15, 60 -> compareTexts(a, b);
            case 20, 25 -> compareDocuments(document(a), document(b));
            case 30 -> compareBinaries(a, b);
            case 45 -> Long.compare(int64(a), int64(b));
            case 47 -> Long.compareUnsigned(int64(a), int64(b));
            default -> Arrays.compareUnsigned(a.valueBytes(), b.valueBytes());
        };
    }

    /** The number that stands for a type in comparisons and in hashes. */
    static int kind(byte type) {
        return switch (type) {
            case (byte) 0xFF -> -1;
            case 0x06 -> 0;
            case 0x0A -> 5;
            case 0x01, 0x10, 0x12, 0x13 -> NUMBER;
            case 0x02, 0x0E -> 15;
            case 0x03 -> 20;
            case 0x04 -> 25;
            case 0x05 -> 30;
            case 0x07 -> 35;
            case 0x08 -> 40;
            case 0x09 -> 45;
            case 0x11 -> 47;
            case 0x0B -> 50;
            case 0x0C -> 55;
            case 0x0D -> 60;
            case 0x0F -> 65;
            case 0x7F -> 127;
            default -> throw new IllegalArgumentException("unknown BSON type " + (type & 0xFF));
        };
    }

    private int compareDocuments(RawDocument a, RawDocument b) {
        Iterator<RawElement> left = a.iterator();
        Iterator<RawElement> right = b.iterator();
        while (left.hasNext() && right.hasNext()) {
            int byField = compareFields(left.next(), right.next());
            if (byField != 0) {
                return byField;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private int compareFields(RawElement a, RawElement b) {
        int byKind = Integer.compare(kind(a.typeByte()), kind(b.typeByte()));
        if (byKind != 0) {
            return byKind;
        }
        int byName = Arrays.compareUnsigned(a.nameBytes(), b.nameBytes());
        return byName != 0 ? byName : compare(a, b);
    }

    private static int compareTexts(RawElement a, RawElement b) {
        byte[] left = a.valueBytes();
        byte[] right = b.valueBytes();
        // Behind the length, without the NUL at the end.
        return Arrays.compareUnsigned(left, 4, left.length - 1, right, 4, right.length - 1);
    }

    private static int compareBinaries(RawElement a, RawElement b) {
        byte[] left = a.valueBytes();
        byte[] right = b.valueBytes();
        int byLength = Integer.compare(left.length, right.length);
        return byLength != 0
                ? byLength
                : Arrays.compareUnsigned(left, 4, left.length, right, 4, right.length);
    }

    private static int compareNumbers(RawElement a, RawElement b) {
        if (isInteger(a) && isInteger(b)) {
            return Long.compare(a.number().orElseThrow(), b.number().orElseThrow());
        }
        double left = special(a);
        double right = special(b);
        if (left == 0 && right == 0) {
            return exact(a).compareTo(exact(b));
        }
        if (Double.isNaN(left) || Double.isNaN(right)) {
            // NaN comes before all other numbers and equals itself.
            return Boolean.compare(!Double.isNaN(left), !Double.isNaN(right));
        }
        return Double.compare(left, right);
    }

    /** NaN and the infinities as such, 0 for every finite number. */
    private static double special(RawElement number) {
        double value = 0;
        if (number.typeByte() == 0x01) {
            value = Double.longBitsToDouble(int64(number));
        } else if (number.typeByte() == 0x13) {
            Decimal128 decimal = decimal(number);
            // NaN first: the driver calls it infinite as well.
            if (decimal.isNaN()) {
                value = Double.NaN;
            } else if (decimal.isInfinite()) {
                value = decimal.isNegative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            }
        }
        return Double.isFinite(value) ? 0 : value;
    }

    static BigDecimal exact(RawElement number) {
        if (isInteger(number)) {
            return BigDecimal.valueOf(number.number().orElseThrow());
        }
        if (number.typeByte() == 0x01) {
            return new BigDecimal(Double.longBitsToDouble(int64(number)));
        }
        Decimal128 decimal = decimal(number);
        try {
            return decimal.bigDecimalValue();
        } catch (ArithmeticException negativeZero) {
            return BigDecimal.ZERO;
        }
    }

    static boolean isNotFinite(RawElement number) {
        return special(number) != 0;
    }

    static double specialValue(RawElement number) {
        return special(number);
    }

    private static boolean isInteger(RawElement number) {
        return number.typeByte() == 0x10 || number.typeByte() == 0x12;
    }

    private static Decimal128 decimal(RawElement number) {
        ByteBuffer bytes = number.value().order(ByteOrder.LITTLE_ENDIAN);
        return Decimal128.fromIEEE754BIDEncoding(bytes.getLong(8), bytes.getLong(0));
    }

    private static long int64(RawElement element) {
        return element.value().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    private static RawDocument document(RawElement element) {
        return element.document().orElseThrow();
    }
}
