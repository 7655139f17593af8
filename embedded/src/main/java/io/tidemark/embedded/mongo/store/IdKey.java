package io.tidemark.embedded.mongo.store;

import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;

/**
 * A document's {@code _id} as key of a sorted map, in the order of an ascending index. The common
 * types compare without decoding: that is what makes bulk writes fast.
 */
public final class IdKey implements Comparable<IdKey> {
    private static final int OTHER = 0;
    private static final int WHOLE = 1;
    private static final int TEXT = 2;
    private static final int OBJECT_ID = 3;

    private final int kind;
    private final int rank;
    private final long whole;
    private final byte[] bytes;
    private final BsonValue other;

    private IdKey(int kind, int rank, long whole, byte[] bytes, BsonValue other) {
        this.kind = kind;
        this.rank = rank;
        this.whole = whole;
        this.bytes = bytes;
        this.other = other;
    }

    public static IdKey of(BsonValue value) {
        byte[] holder = BsonBytes.of(new BsonDocument("_id", value));
        return at(holder, 4);
    }

    /** The key of a document that has an {@code _id}. */
    public static IdKey ofDocument(byte[] document) {
        int element = BsonBytes.find(document, "_id");
        if (element < 0) {
            throw new IllegalArgumentException("Document has no _id");
        }
        return at(document, element);
    }

    /** The key of the element whose type byte stands at an offset. */
    public static IdKey at(byte[] document, int element) {
        int value = BsonBytes.valueOffset(document, element);
        return switch (document[element]) {
            case 16 -> new IdKey(WHOLE, 10, BsonBytes.int32(document, value), null, null);
            case 18 -> new IdKey(WHOLE, 10, BsonBytes.int64(document, value), null, null);
            case 2 -> {
                int count = BsonBytes.int32(document, value) - 1;
                byte[] text = Arrays.copyOfRange(document, value + 4, value + 4 + count);
                yield new IdKey(TEXT, 15, 0, text, null);
            }
            case 7 ->
                    new IdKey(
                            OBJECT_ID,
                            35,
                            0,
                            Arrays.copyOfRange(document, value, value + 12),
                            null);
            default -> decoded(document, element);
        };
    }

    private static IdKey decoded(byte[] document, int element) {
        int value = BsonBytes.valueOffset(document, element);
        int count = BsonBytes.valueLength(document[element], document, value);
        byte[] holder =
                new RawBuilder(count + 16)
                        .copy("v", document[element], document, value, count)
                        .toBytes();
        BsonValue decoded = new RawBsonDocument(holder).get("v");
        if (decoded.isDouble()) {
            double number = decoded.asDouble().getValue();
            if (number == Math.rint(number) && Math.abs(number) < (1L << 53)) {
                return new IdKey(WHOLE, 10, (long) number, null, null);
            }
        }
        return new IdKey(OTHER, BsonOrder.rank(decoded), 0, null, decoded);
    }

    /** The value; numbers may come back in another numeric type than they were given in. */
    public BsonValue value() {
        return switch (kind) {
            case WHOLE -> whole == (int) whole ? new BsonInt32((int) whole) : new BsonInt64(whole);
            case TEXT -> new BsonString(new String(bytes, StandardCharsets.UTF_8));
            case OBJECT_ID -> new BsonObjectId(new ObjectId(bytes));
            default -> other;
        };
    }

    @Override
    public int compareTo(IdKey that) {
        if (rank != that.rank) {
            return Integer.compare(rank, that.rank);
        }
        if (kind == WHOLE && that.kind == WHOLE) {
            return Long.compare(whole, that.whole);
        }
        if (kind != OTHER && kind == that.kind) {
            return Arrays.compareUnsigned(bytes, that.bytes);
        }
        return BsonOrder.SIMPLE.compare(value(), that.value());
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof IdKey key && compareTo(key) == 0;
    }

    @Override
    public int hashCode() {
        return kind == WHOLE ? Long.hashCode(whole) : kind == OTHER ? rank : Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return value().toString();
    }
}
