package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Indexes of a time-series collection are kept on its buckets, with keys of theirs (MongoDB manual,
 * "Add Secondary Indexes to Time Series Collections"): on the field of metadata and those below it,
 * and on the time. Keys on measurements' other fields are refused.
 */
final class SeriesIndexes {
    private static final String MIN = "control.min.";
    private static final String MAX = "control.max.";
    private static final String META = "meta";
    private final String time;
    private final String meta;

    /**
     * @param series option {@code timeseries} of the buckets
     */
    SeriesIndexes(BsonDocument series) {
        time = series.getString("timeField").getValue();
        meta = series.getString("metaField", new BsonString("")).getValue();
    }

    /** The index that a new collection gets by itself from 6.3 on; null without metadata. */
    BsonDocument own() {
        if (meta.isEmpty()) {
            return null;
        }
        BsonDocument key = new BsonDocument(meta, new BsonInt32(1)).append(time, new BsonInt32(1));
        return new BsonDocument("key", key)
                .append("name", new BsonString(meta + "_1_" + time + "_1"));
    }

    /** A specification as given, with the key that its buckets are indexed by. */
    BsonDocument onBuckets(BsonDocument spec) {
        if (UniqueIndex.isUnique(spec) || spec.containsKey("expireAfterSeconds")) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "Unique and TTL indexes are not supported on time-series collections");
        }
        BsonDocument key = new BsonDocument();
        for (Map.Entry<String, BsonValue> field : spec.getDocument("key").entrySet()) {
            add(key, field.getKey(), field.getValue());
        }
        BsonDocument translated = Documents.mutable(spec);
        translated.put("key", key);
        return translated;
    }

    private void add(BsonDocument key, String field, BsonValue value) {
        if (field.equals(time)) {
            boolean rising = value.asNumber().doubleValue() > 0;
            key.put((rising ? MIN : MAX) + time, value);
            key.put((rising ? MAX : MIN) + time, value);
        } else if (!meta.isEmpty() && (field.equals(meta) || field.startsWith(meta + "."))) {
            key.put(META + field.substring(meta.length()), value);
        } else {
            throw new CommandFailure(
                    ErrorCode.CannotCreateIndex,
                    "An index of measurements' field '" + field + "' is not supported here");
        }
    }

    /** As a client of the time-series collection sees it. */
    BsonDocument asSeries(BsonDocument spec) {
        BsonDocument key = new BsonDocument();
        for (Map.Entry<String, BsonValue> field : spec.getDocument("key").entrySet()) {
            String name = field.getKey();
            if (name.equals(MIN + time) || name.equals(MAX + time)) {
                key.putIfAbsent(time, field.getValue());
            } else {
                key.put(meta + name.substring(META.length()), field.getValue());
            }
        }
        BsonDocument translated = Documents.mutable(spec);
        translated.put("key", key);
        return translated;
    }
}
