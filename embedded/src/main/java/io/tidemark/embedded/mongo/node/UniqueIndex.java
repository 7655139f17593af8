package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** A unique index other than {@code _id}: which document holds which key in the newest state. */
final class UniqueIndex {
    /** A key an open transaction will hold if it commits. */
    record Claim(UniqueIndex index, List<BsonKey> key, IdKey holder) {}

    final BsonDocument spec;
    private final IndexKeys keys;
    private final boolean sparse;
    private final Filter partial;
    private final Map<List<BsonKey>, IdKey> holders = new HashMap<>();
    final Map<List<BsonKey>, Transaction> claimed = new HashMap<>();

    UniqueIndex(BsonDocument spec) {
        this.spec = spec;
        this.keys = new IndexKeys(spec.getDocument("key"));
        this.sparse = spec.containsKey("sparse") && isTrue(spec.get("sparse"));
        this.partial =
                spec.containsKey("partialFilterExpression")
                        ? Filter.compile(spec.getDocument("partialFilterExpression"))
                        : null;
    }

    static boolean isTrue(BsonValue value) {
        return value.isBoolean()
                ? value.asBoolean().getValue()
                : value.isNumber() && value.asNumber().doubleValue() != 0;
    }

    static boolean isUnique(BsonDocument spec) {
        return spec.containsKey("unique") && isTrue(spec.get("unique"));
    }

    Set<List<BsonKey>> keysOf(byte[] document) {
        if (document == null) {
            return Set.of();
        }
        BsonDocument decoded = BsonBytes.document(document);
        if (partial != null && !partial.matches(decoded)) {
            return Set.of();
        }
        return keys.of(decoded, sparse);
    }

    /** Keys the new state adds; refuses the first that another document holds. */
    Set<List<BsonKey>> added(String namespace, IdKey key, byte[] before, byte[] after) {
        Set<List<BsonKey>> wanted = keysOf(after);
        if (wanted.isEmpty()) {
            return wanted;
        }
        Set<List<BsonKey>> more = new HashSet<>(wanted);
        more.removeAll(keysOf(before));
        for (List<BsonKey> candidate : more) {
            IdKey holder = holders.get(candidate);
            if (holder != null && !holder.equals(key)) {
                throw duplicate(namespace, candidate);
            }
        }
        return more;
    }

    void clear() {
        holders.clear();
    }

    IdKey holder(List<BsonKey> key) {
        return holders.get(key);
    }

    void replace(IdKey key, byte[] before, byte[] after) {
        for (List<BsonKey> old : keysOf(before)) {
            holders.remove(old, key);
        }
        for (List<BsonKey> held : keysOf(after)) {
            holders.put(held, key);
        }
    }

    CommandFailure duplicate(String namespace, List<BsonKey> key) {
        BsonDocument values = new BsonDocument();
        int i = 0;
        for (String field : spec.getDocument("key").keySet()) {
            BsonValue value = key.get(i).value();
            values.append(field, value == null ? BsonNull.VALUE : value);
            i++;
        }
        return duplicate(
                namespace, spec.getString("name").getValue(), spec.getDocument("key"), values);
    }

    static CommandFailure duplicate(
            String namespace, String index, BsonDocument pattern, BsonDocument values) {
        return new CommandFailure(
                ErrorCode.DuplicateKey,
                "E11000 duplicate key error collection: "
                        + namespace
                        + " index: "
                        + index
                        + " dup key: "
                        + values.toJson(),
                List.of(),
                new BsonDocument("keyPattern", pattern).append("keyValue", values));
    }
}
