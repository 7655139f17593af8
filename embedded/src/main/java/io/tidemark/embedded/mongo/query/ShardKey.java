package io.tidemark.embedded.mongo.query;

import io.tidemark.embedded.mongo.ServerError;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * A shard key pattern such as {@code {region: 1, "user.id": "hashed"}}: where a document belongs. A
 * missing field counts as null; an array anywhere on a path is refused; at most one field is
 * hashed.
 *
 * @param pattern the fields with 1 or "hashed"
 */
public record ShardKey(BsonDocument pattern) {
    public ShardKey {
        if (pattern.isEmpty()) {
            throw ServerError.badValue("Shard key must contain at least one field");
        }
        int hashed = 0;
        for (Map.Entry<String, BsonValue> field : pattern.entrySet()) {
            FieldPath.strict(field.getKey());
            boolean isHashed = isHashed(field.getValue());
            hashed += isHashed ? 1 : 0;
            boolean ascending =
                    BsonNumbers.isNumber(field.getValue())
                            && BsonNumbers.wholeNumber(field.getValue()).orElse(0) == 1;
            if (!isHashed && !ascending) {
                throw ServerError.badValue(
                        "Shard key "
                                + pattern
                                + " can contain either up to one 'hashed' field or numerical fields"
                                + " set to a value of 1");
            }
        }
        if (hashed > 1) {
            throw ServerError.badValue(
                    "A maximum of one index field is allowed to be hashed: " + pattern);
        }
    }

    private static boolean isHashed(BsonValue kind) {
        return kind.isString() && kind.asString().getValue().equals("hashed");
    }

    public boolean hashed() {
        return pattern.values().stream().anyMatch(ShardKey::isHashed);
    }

    /** Whether every field of the pattern is hashed or this is a plain range key. */
    public boolean hashedFirst() {
        return isHashed(pattern.get(pattern.getFirstKey()));
    }

    /** The key of a document as chunk bounds are written: hashed fields hashed. */
    public BsonDocument extract(BsonDocument document) {
        return hash(values(document));
    }

    /** The key's plain values, under the pattern's dotted names. */
    public BsonDocument values(BsonDocument document) {
        BsonDocument values = new BsonDocument();
        for (String name : pattern.keySet()) {
            BsonValue value = at(document, FieldPath.of(name));
            values.put(name, value == null ? BsonNull.VALUE : value);
        }
        return values;
    }

    /**
     * What identifies a document in the whole cluster: the key's fields it has, then {@code _id}.
     */
    public BsonDocument documentKey(BsonDocument document) {
        BsonDocument key = new BsonDocument();
        for (String name : pattern.keySet()) {
            BsonValue value = at(document, FieldPath.of(name));
            if (value != null) {
                key.put(name, value);
            }
        }
        key.put("_id", document.get("_id"));
        return key;
    }

    private static BsonValue at(BsonDocument document, FieldPath path) {
        BsonValue here = document;
        for (String part : path.parts()) {
            if (here == null || !here.isDocument()) {
                return null;
            }
            here = here.asDocument().get(part);
            if (here != null && here.isArray()) {
                throw ServerError.shardKeyNotFound(
                        "Shard key field "
                                + path.dotted()
                                + " may not be or hold an array: "
                                + here);
            }
        }
        return here;
    }

    private BsonDocument hash(BsonDocument values) {
        BsonDocument hashed = new BsonDocument();
        values.forEach(
                (name, value) ->
                        hashed.put(
                                name,
                                isHashed(pattern.get(name))
                                        ? new BsonInt64(HashedValue.of(value))
                                        : value));
        return hashed;
    }

    /**
     * The key a filter pins by equality on all fields, or nothing if documents of several keys can
     * match.
     */
    public Optional<BsonDocument> extractFromFilter(BsonDocument filter) {
        BsonDocument equalities = Filter.compile(filter).equalities();
        BsonDocument values = new BsonDocument();
        for (String name : pattern.keySet()) {
            BsonValue value = fromEqualities(equalities, name);
            if (value == null || value.isArray()) {
                return Optional.empty();
            }
            values.put(name, value);
        }
        return Optional.of(hash(values));
    }

    /** Equality on a whole subdocument pins the paths inside it, too. */
    private static BsonValue fromEqualities(BsonDocument equalities, String name) {
        if (equalities.containsKey(name)) {
            return equalities.get(name);
        }
        for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
            BsonValue outer = equalities.get(name.substring(0, dot));
            if (outer != null && outer.isDocument()) {
                BsonValue inner = at(outer.asDocument(), FieldPath.of(name.substring(dot + 1)));
                return inner == null ? BsonNull.VALUE : inner;
            }
        }
        return null;
    }

    public BsonDocument globalMin() {
        return bound(new BsonMinKey());
    }

    public BsonDocument globalMax() {
        return bound(new BsonMaxKey());
    }

    private BsonDocument bound(BsonValue edge) {
        BsonDocument bound = new BsonDocument();
        pattern.keySet().forEach(name -> bound.put(name, edge));
        return bound;
    }

    /** Whether a key lies in {@code [min, max)}. */
    public static boolean inRange(BsonDocument key, BsonDocument min, BsonDocument max) {
        return compareKeys(key, min) >= 0 && compareKeys(key, max) < 0;
    }

    /** Order of keys of one pattern: value by value, names aside. */
    public static int compareKeys(BsonDocument left, BsonDocument right) {
        var rights = right.values().iterator();
        for (BsonValue mine : left.values()) {
            if (!rights.hasNext()) {
                return 1;
            }
            int order = BsonOrder.SIMPLE.compare(mine, rights.next());
            if (order != 0) {
                return order;
            }
        }
        return rights.hasNext() ? -1 : 0;
    }
}
