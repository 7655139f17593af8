package io.tidemark.embedded.mongo.query;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonRegularExpression;
import org.bson.BsonType;
import org.bson.BsonValue;

/**
 * The order of BSON values over all types, as indexes, sorts and chunk bounds use it (MongoDB
 * manual, "Comparison/Sort Order"). Numbers compare by value across their types; strings by their
 * UTF-8 bytes (simple collation); a missing value ({@code null} here) stands before null.
 */
public enum BsonOrder implements Comparator<BsonValue> {
    SIMPLE;

    /**
     * Rank of a value's type in the order; the number types share one rank, as do string and
     * symbol.
     */
    public static int rank(BsonValue value) {
        return value == null ? 0 : rank(value.getBsonType());
    }

    static int rank(BsonType type) {
        return switch (type) {
            case MIN_KEY -> -1;
            case END_OF_DOCUMENT, UNDEFINED -> 0;
            case NULL -> 5;
            case INT32, INT64, DOUBLE, DECIMAL128 -> 10;
            case STRING, SYMBOL -> 15;
            case DOCUMENT -> 20;
            case ARRAY -> 25;
            case BINARY -> 30;
            case OBJECT_ID -> 35;
            case BOOLEAN -> 40;
            case DATE_TIME -> 45;
            case TIMESTAMP -> 47;
            case REGULAR_EXPRESSION -> 50;
            case DB_POINTER -> 55;
            case JAVASCRIPT -> 60;
            case JAVASCRIPT_WITH_SCOPE -> 65;
            case MAX_KEY -> 127;
        };
    }

    @Override
    public int compare(BsonValue left, BsonValue right) {
        int leftRank = rank(left);
        int byType = Integer.compare(leftRank, rank(right));
        return byType != 0 || leftRank == 0 ? byType : compareSameRank(left, right);
    }

    private int compareSameRank(BsonValue left, BsonValue right) {
        return switch (left.getBsonType()) {
            case INT32, INT64, DOUBLE, DECIMAL128 -> BsonNumbers.compare(left, right);
            case STRING, SYMBOL -> compareUtf8(text(left), text(right));
            case DOCUMENT -> compareDocuments(left.asDocument(), right.asDocument());
            case ARRAY -> compareArrays(left.asArray(), right.asArray());
            case BINARY -> compareBinary(left.asBinary(), right.asBinary());
            case OBJECT_ID -> left.asObjectId().compareTo(right.asObjectId());
            case BOOLEAN ->
                    Boolean.compare(left.asBoolean().getValue(), right.asBoolean().getValue());
            case DATE_TIME ->
                    Long.compare(left.asDateTime().getValue(), right.asDateTime().getValue());
            case TIMESTAMP ->
                    Long.compareUnsigned(
                            left.asTimestamp().getValue(), right.asTimestamp().getValue());
            case REGULAR_EXPRESSION ->
                    compareRegex(left.asRegularExpression(), right.asRegularExpression());
            case DB_POINTER ->
                    left.asDBPointer().toString().compareTo(right.asDBPointer().toString());
            case JAVASCRIPT ->
                    compareUtf8(left.asJavaScript().getCode(), right.asJavaScript().getCode());
            case JAVASCRIPT_WITH_SCOPE -> compareScoped(left, right);
            default -> 0;
        };
    }

    private static String text(BsonValue value) {
        return value.isString() ? value.asString().getValue() : value.asSymbol().getSymbol();
    }

    /** Field by field: type, then name, then value; a document that ends first is smaller. */
    private int compareDocuments(BsonDocument left, BsonDocument right) {
        Iterator<Map.Entry<String, BsonValue>> rights = right.entrySet().iterator();
        for (Map.Entry<String, BsonValue> mine : left.entrySet()) {
            if (!rights.hasNext()) {
                return 1;
            }
            Map.Entry<String, BsonValue> theirs = rights.next();
            int byType = Integer.compare(rank(mine.getValue()), rank(theirs.getValue()));
            int byName = byType != 0 ? byType : compareUtf8(mine.getKey(), theirs.getKey());
            int order = byName != 0 ? byName : compare(mine.getValue(), theirs.getValue());
            if (order != 0) {
                return order;
            }
        }
        return rights.hasNext() ? -1 : 0;
    }

    private int compareArrays(BsonArray left, BsonArray right) {
        List<BsonValue> mine = left.getValues();
        List<BsonValue> theirs = right.getValues();
        for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
            int order = compare(mine.get(i), theirs.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(mine.size(), theirs.size());
    }

    private int compareScoped(BsonValue left, BsonValue right) {
        int byCode =
                compareUtf8(
                        left.asJavaScriptWithScope().getCode(),
                        right.asJavaScriptWithScope().getCode());
        return byCode != 0
                ? byCode
                : compareDocuments(
                        left.asJavaScriptWithScope().getScope(),
                        right.asJavaScriptWithScope().getScope());
    }

    private static int compareBinary(BsonBinary left, BsonBinary right) {
        int byLength = Integer.compare(left.getData().length, right.getData().length);
        int byType =
                byLength != 0
                        ? byLength
                        : Integer.compare(left.getType() & 0xff, right.getType() & 0xff);
        return byType != 0 ? byType : Arrays.compareUnsigned(left.getData(), right.getData());
    }

    private static int compareRegex(BsonRegularExpression left, BsonRegularExpression right) {
        int byPattern = compareUtf8(left.getPattern(), right.getPattern());
        return byPattern != 0 ? byPattern : compareUtf8(left.getOptions(), right.getOptions());
    }

    /**
     * Order of UTF-8 bytes is order of code points; UTF-16 units would misplace supplementary
     * characters.
     */
    public static int compareUtf8(String left, String right) {
        int end = Math.min(left.length(), right.length());
        for (int i = 0; i < end; i++) {
            char mine = left.charAt(i);
            char theirs = right.charAt(i);
            if (mine != theirs) {
                boolean bothSurrogate =
                        Character.isSurrogate(mine) == Character.isSurrogate(theirs);
                return bothSurrogate
                        ? Character.compare(mine, theirs)
                        : Boolean.compare(
                                Character.isSurrogate(mine), Character.isSurrogate(theirs));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /**
     * Whether two values are the same BSON: types, field order and bytes, not only the order's
     * equality.
     */
    public static boolean identical(BsonValue left, BsonValue right) {
        if (left == null || right == null || left.getBsonType() != right.getBsonType()) {
            return left == right;
        }
        if (left.isDocument()) {
            return identicalDocuments(left.asDocument(), right.asDocument());
        }
        if (left.isArray()) {
            return identicalArrays(left.asArray().getValues(), right.asArray().getValues());
        }
        if (left.isDouble()) {
            return Double.doubleToRawLongBits(left.asDouble().getValue())
                    == Double.doubleToRawLongBits(right.asDouble().getValue());
        }
        return left.equals(right);
    }

    private static boolean identicalDocuments(BsonDocument left, BsonDocument right) {
        Iterator<Map.Entry<String, BsonValue>> rights = right.entrySet().iterator();
        for (Map.Entry<String, BsonValue> mine : left.entrySet()) {
            if (!rights.hasNext()) {
                return false;
            }
            Map.Entry<String, BsonValue> theirs = rights.next();
            if (!mine.getKey().equals(theirs.getKey())
                    || !identical(mine.getValue(), theirs.getValue())) {
                return false;
            }
        }
        return !rights.hasNext();
    }

    private static boolean identicalArrays(List<BsonValue> left, List<BsonValue> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!identical(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }
}
