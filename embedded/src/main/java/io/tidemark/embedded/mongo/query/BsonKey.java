package io.tidemark.embedded.mongo.query;

import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A BSON value as the key of a map: equal exactly when the server would call two {@code _id}s
 * duplicates, ordered as an ascending index.
 *
 * @param value the value; {@code null} stands for a missing one
 */
public record BsonKey(BsonValue value) implements Comparable<BsonKey> {
    @Override
    public int compareTo(BsonKey other) {
        return BsonOrder.SIMPLE.compare(value, other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BsonKey key && compareTo(key) == 0;
    }

    /**
     * Numbers of different types may be equal, so they hash by their double; containers by shape
     * only.
     */
    @Override
    public int hashCode() {
        if (BsonNumbers.isNumber(value)) {
            double number = BsonNumbers.approximate(value);
            return Double.hashCode(number == 0 ? 0.0 : number);
        }
        int rank = BsonOrder.rank(value);
        if (value instanceof BsonDocument document) {
            return rank * 31 + document.keySet().hashCode();
        }
        if (rank == 25) {
            return rank * 31 + value.asArray().size();
        }
        if (rank == 15) {
            return value.isString()
                    ? value.asString().getValue().hashCode()
                    : value.asSymbol().getSymbol().hashCode();
        }
        return rank <= 5 || rank == 127 ? rank : value.hashCode();
    }
}
