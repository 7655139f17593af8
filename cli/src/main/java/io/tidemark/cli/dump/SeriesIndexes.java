package io.tidemark.cli.dump;

import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Indexes of a time-series collection, which stand on its buckets. mongodump tells them as clients
 * of the collection see them ({@code {sensor: 1, at: 1}}), servers keep them, write them into the
 * oplog and tell Tidemark's own snapshots of them by the buckets' fields ({@code {meta: 1,
 * control.min.at: 1, control.max.at: 1}}). In an archive they are in the latter form.
 *
 * @param timeField of the measurements
 * @param metaField of the measurements; empty if there is none
 */
public record SeriesIndexes(String timeField, String metaField) {
    private static final String MIN = "control.min.";
    private static final String MAX = "control.max.";
    private static final String META = "meta";

    /** Where a server keeps how an index on measurements was asked for. */
    private static final String ORIGINAL = "originalSpec";

    private static final String FILTER = "partialFilterExpression";

    /**
     * @param series the option {@code timeseries}
     */
    public static SeriesIndexes of(BsonDocument series) {
        return new SeriesIndexes(text(series, "timeField"), text(series, "metaField"));
    }

    private static String text(BsonDocument in, String field) {
        return in.getString(field, new BsonString("")).getValue();
    }

    /**
     * As the buckets have it; what is in that form already stays as it is.
     *
     * @throws IllegalArgumentException if its filter has no form there that is known
     */
    BsonDocument onBuckets(BsonDocument index) {
        BsonDocument asked = index.getDocument("key", new BsonDocument());
        if (asked.keySet().stream().anyMatch(SeriesIndexes::isControl)) {
            return index;
        }
        BsonDocument key = new BsonDocument();
        asked.forEach((field, kind) -> put(key, field, kind));
        BsonDocument onBuckets = withKey(index, key);
        if (index.isDocument(FILTER)) {
            onBuckets.append(FILTER, filter(index));
        }
        boolean measured =
                asked.keySet().stream().anyMatch(f -> !f.equals(timeField) && !isMeta(f));
        return measured ? onBuckets.append(ORIGINAL, index) : onBuckets;
    }

    private void put(BsonDocument key, String field, BsonValue kind) {
        if (isMeta(field)) {
            key.append(META + field.substring(metaField.length()), kind);
        } else if (!kind.isNumber()) {
            key.append("data." + field, new BsonString(kind.asString().getValue() + "_bucket"));
        } else {
            boolean rising = kind.asNumber().doubleValue() > 0;
            for (String end : rising ? List.of(MIN, MAX) : List.of(MAX, MIN)) {
                key.append(end + field, kind);
            }
        }
    }

    /** Only what is asked of the metadata is asked of the buckets in the same words. */
    private BsonDocument filter(BsonDocument index) {
        BsonDocument filter = new BsonDocument();
        for (Map.Entry<String, BsonValue> each : index.getDocument(FILTER).entrySet()) {
            if (!isMeta(each.getKey())) {
                throw new IllegalArgumentException(
                        "index '"
                                + text(index, "name")
                                + "' is partial by '"
                                + each.getKey()
                                + "', which buckets know in another form. Take it out of the"
                                + " collection's metadata, and create it after the restore");
            }
            filter.append(META + each.getKey().substring(metaField.length()), each.getValue());
        }
        return filter;
    }

    /** As clients see it, and mongorestore takes it. */
    public BsonDocument asSeries(BsonDocument index) {
        if (index.isDocument(ORIGINAL)) {
            return index.getDocument(ORIGINAL);
        }
        BsonDocument key = new BsonDocument();
        index.getDocument("key", new BsonDocument())
                .forEach(
                        (field, kind) -> {
                            String own =
                                    isControl(field)
                                            ? field.substring(MIN.length())
                                            : ofMeta(field);
                            key.putIfAbsent(own, kind);
                        });
        BsonDocument asSeries = withKey(index, key);
        if (index.isDocument(FILTER)) {
            BsonDocument filter = new BsonDocument();
            index.getDocument(FILTER).forEach((f, asked) -> filter.append(ofMeta(f), asked));
            asSeries.append(FILTER, filter);
        }
        return asSeries;
    }

    /** Documents that are read as they lie in a file can't be changed: a copy is. */
    private static BsonDocument withKey(BsonDocument index, BsonDocument key) {
        BsonDocument changed = new BsonDocument();
        changed.putAll(index);
        changed.put("key", key);
        return changed;
    }

    private String ofMeta(String field) {
        boolean meta = field.equals(META) || field.startsWith(META + ".");
        return meta && !metaField.isEmpty() ? metaField + field.substring(META.length()) : field;
    }

    private boolean isMeta(String field) {
        return !metaField.isEmpty()
                && (field.equals(metaField) || field.startsWith(metaField + "."));
    }

    private static boolean isControl(String field) {
        return field.startsWith(MIN) || field.startsWith(MAX);
    }
}
