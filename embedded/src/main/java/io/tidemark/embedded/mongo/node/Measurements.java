package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.update.DocumentDiff;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;

/**
 * Writes measurements of a time-series collection into its buckets: a new bucket is an insert, each
 * further measurement a delta on it. Buckets stay in the uncompressed form (version 1). Needs the
 * set's write lock.
 */
final class Measurements {
    private static final int MAX_MEASUREMENTS = 1000;

    /** Which bucket takes the next measurement of a series. */
    record Series(UUID buckets, BsonKey meta) {}

    private final Engine engine;
    private final ChangeSink sink;
    private final CollectionInfo buckets;
    private final String timeField;
    private final String metaField;
    private final long spanMillis;

    Measurements(Engine engine, ChangeSink sink, CollectionInfo buckets) {
        this.engine = engine;
        this.sink = sink;
        this.buckets = buckets;
        BsonDocument options = buckets.options().getDocument("timeseries");
        this.timeField = options.getString("timeField").getValue();
        this.metaField =
                options.containsKey("metaField") ? options.getString("metaField").getValue() : null;
        this.spanMillis = options.getNumber("bucketMaxSpanSeconds").longValue() * 1000;
    }

    /** The buckets behind a time-series collection, or null if the name means something else. */
    static CollectionInfo buckets(Engine engine, String namespace) {
        if (engine.catalog.current().named(namespace) != null) {
            return null;
        }
        CollectionInfo found =
                engine.catalog
                        .current()
                        .named(
                                Namespaces.database(namespace)
                                        + ".system.buckets."
                                        + Namespaces.collection(namespace));
        return found == null || !found.options().containsKey("timeseries") ? null : found;
    }

    void insert(byte[] given, StatementOptions options) {
        BsonDocument measurement = BsonBytes.document(Documents.forInsert(engine, given));
        BsonValue time = measurement.get(timeField);
        if (time == null || !time.isDateTime()) {
            throw new CommandFailure(
                    ErrorCode.BadValue,
                    "'"
                            + timeField
                            + "' must be present and contain a valid BSON UTC datetime value");
        }
        BsonValue meta = metaField == null ? null : measurement.get(metaField);
        Series series = new Series(buckets.uuid(), new BsonKey(meta));
        ObjectId open = engine.openBuckets.get(series);
        byte[] before =
                open == null ? null : sink.source(buckets).get(IdKey.of(new BsonObjectId(open)));
        long millis = time.asDateTime().getValue();
        if (before == null || !fits(BsonBytes.document(before), millis)) {
            begin(series, measurement, millis, options);
        } else {
            append(before, measurement, options);
        }
    }

    private boolean fits(BsonDocument bucket, long millis) {
        BsonDocument control = bucket.getDocument("control");
        long min = control.getDocument("min").getDateTime(timeField).getValue();
        int count = bucket.getDocument("data").getDocument(timeField).size();
        return millis >= min && millis < min + spanMillis && count < MAX_MEASUREMENTS;
    }

    private void begin(
            Series series, BsonDocument measurement, long millis, StatementOptions options) {
        long rounded = millis - Math.floorMod(millis, 60_000L);
        ByteBuffer id = ByteBuffer.wrap(engine.ids().objectId().toByteArray());
        id.putInt(0, (int) (rounded / 1000));
        ObjectId bucketId = new ObjectId(id.array());
        BsonDocument bucket = new BsonDocument("_id", new BsonObjectId(bucketId));
        BsonDocument control = new BsonDocument("version", new BsonInt32(1));
        bucket.append(
                "control",
                control.append("min", new BsonDocument()).append("max", new BsonDocument()));
        if (series.meta().value() != null) {
            bucket.append("meta", series.meta().value());
        }
        bucket.append("data", new BsonDocument());
        put(bucket, measurement, 0);
        control.getDocument("min").put(timeField, new BsonDateTime(rounded));
        engine.openBuckets.put(series, bucketId);
        new Statements(engine, sink).insert(buckets, BsonBytes.of(bucket), options);
    }

    private void append(byte[] before, BsonDocument measurement, StatementOptions options) {
        BsonDocument pre = BsonBytes.document(before);
        BsonDocument post = BsonDocument.parse("{}");
        BsonBytes.document(before).forEach((name, value) -> post.put(name, deep(value)));
        put(post, measurement, post.getDocument("data").getDocument(timeField).size());
        BsonDocument o =
                new BsonDocument("$v", new BsonInt32(2)).append("diff", DocumentDiff.of(pre, post));
        IdKey key = IdKey.ofDocument(before);
        sink.add(
                new Change(
                        "u",
                        buckets,
                        key,
                        before,
                        BsonBytes.of(post),
                        BsonBytes.of(o),
                        Documents.key(engine, buckets, before),
                        options.statement(),
                        false,
                        null));
    }

    private static BsonValue deep(BsonValue value) {
        if (!value.isDocument()) {
            return value;
        }
        BsonDocument copy = new BsonDocument();
        value.asDocument().forEach((name, inner) -> copy.put(name, deep(inner)));
        return copy;
    }

    /** Adds a measurement's fields as columns at an index and widens the bounds. */
    private void put(BsonDocument bucket, BsonDocument measurement, int index) {
        BsonDocument data = bucket.getDocument("data");
        BsonDocument min = bucket.getDocument("control").getDocument("min");
        BsonDocument max = bucket.getDocument("control").getDocument("max");
        for (Map.Entry<String, BsonValue> field : measurement.entrySet()) {
            String name = field.getKey();
            if (name.equals(metaField)) {
                continue;
            }
            data.putIfAbsent(name, new BsonDocument());
            data.getDocument(name).put(Integer.toString(index), field.getValue());
            bound(min, name, field.getValue(), -1);
            bound(max, name, field.getValue(), 1);
        }
    }

    private static void bound(BsonDocument bounds, String name, BsonValue value, int direction) {
        BsonValue now = bounds.get(name);
        if (now == null || BsonOrder.SIMPLE.compare(value, now) * direction > 0) {
            bounds.put(name, value);
        }
    }

    /** The measurements in buckets, as the view on them shows them. */
    static List<byte[]> unpack(List<byte[]> buckets, BsonDocument stage) {
        String timeField = stage.getString("timeField").getValue();
        BsonValue metaField = stage.get("metaField", new BsonString(""));
        List<byte[]> found = new ArrayList<>();
        for (byte[] bytes : buckets) {
            BsonDocument bucket = BsonBytes.document(bytes);
            BsonDocument data = bucket.getDocument("data");
            for (String index : data.getDocument(timeField).keySet()) {
                BsonDocument one = new BsonDocument();
                one.put(timeField, data.getDocument(timeField).get(index));
                if (bucket.containsKey("meta")) {
                    one.put(metaField.asString().getValue(), bucket.get("meta"));
                }
                data.forEach(
                        (name, column) -> {
                            BsonValue value = column.asDocument().get(index);
                            if (value != null) {
                                one.putIfAbsent(name, value);
                            }
                        });
                found.add(BsonBytes.of(one));
            }
        }
        return found;
    }
}
