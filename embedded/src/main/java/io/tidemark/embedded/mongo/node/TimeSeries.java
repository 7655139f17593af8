package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * A time-series collection: a clustered collection of buckets and a view that unpacks them.
 *
 * @param series time field, meta field, granularity and span
 * @param expireAfterSeconds null if measurements never expire
 */
record TimeSeries(BsonDocument series, BsonInt64 expireAfterSeconds) {
    private static final Map<String, Integer> SPANS =
            Map.of("seconds", 3600, "minutes", 86_400, "hours", 2_592_000);

    static TimeSeries of(ServerVersion version, BsonDocument options) {
        if (!version.atLeast(ServerVersion.V5_0)) {
            throw new CommandFailure(
                    ErrorCode.UnknownField, "BSON field 'create.timeseries' is an unknown field.");
        }
        BsonDocument given = options.getDocument("timeseries");
        if (!given.containsKey("timeField")) {
            throw new CommandFailure(
                    ErrorCode.MissingField,
                    "BSON field 'create.timeseries.timeField' is missing but a required field");
        }
        String granularity =
                given.containsKey("granularity")
                        ? given.getString("granularity").getValue()
                        : "seconds";
        BsonDocument series = new BsonDocument("timeField", given.get("timeField"));
        if (given.containsKey("metaField")) {
            series.append("metaField", given.get("metaField"));
        }
        series.append("granularity", new BsonString(granularity));
        series.append("bucketMaxSpanSeconds", new BsonInt32(spanSeconds(granularity)));
        BsonInt64 expiry =
                options.containsKey("expireAfterSeconds")
                        ? new BsonInt64(options.getNumber("expireAfterSeconds").longValue())
                        : null;
        return new TimeSeries(series, expiry);
    }

    /** How much time a bucket may hold. */
    static int spanSeconds(String granularity) {
        Integer seconds = SPANS.get(granularity);
        if (seconds == null) {
            throw new CommandFailure(
                    ErrorCode.BadValue, "Unknown granularity '" + granularity + "'");
        }
        return seconds;
    }

    BsonDocument bucketOptions() {
        BsonDocument options = new BsonDocument("validator", validator());
        options.append("clusteredIndex", BsonBoolean.TRUE);
        if (expireAfterSeconds != null) {
            options.append("expireAfterSeconds", expireAfterSeconds);
        }
        return options.append("timeseries", series);
    }

    /** What a bucket must look like; servers check their own buckets by it. */
    private BsonDocument validator() {
        String time = series.getString("timeField").getValue();
        BsonDocument bound =
                new BsonDocument("bsonType", new BsonString("object"))
                        .append("required", strings(List.of(time)))
                        .append("properties", new BsonDocument(time, type("date")));
        BsonDocument control =
                new BsonDocument("bsonType", new BsonString("object"))
                        .append("required", strings(List.of("version", "min", "max")))
                        .append(
                                "properties",
                                new BsonDocument("version", type("number"))
                                        .append("min", bound)
                                        .append("max", bound)
                                        .append("closed", type("bool")));
        BsonDocument properties =
                new BsonDocument("_id", type("objectId"))
                        .append("data", type("object"))
                        .append("meta", new BsonDocument())
                        .append("control", control);
        BsonDocument schema =
                new BsonDocument("bsonType", new BsonString("object"))
                        .append("required", strings(List.of("_id", "control", "data")))
                        .append("properties", properties)
                        .append("additionalProperties", BsonBoolean.FALSE);
        return new BsonDocument("$jsonSchema", schema);
    }

    private static BsonDocument type(String name) {
        return new BsonDocument("bsonType", new BsonString(name));
    }

    private static BsonArray strings(List<String> values) {
        return new BsonArray(values.stream().map(BsonString::new).toList());
    }

    BsonDocument view(String namespace) {
        BsonDocument unpack = new BsonDocument("timeField", series.get("timeField"));
        if (series.containsKey("metaField")) {
            unpack.append("metaField", series.get("metaField"));
        }
        unpack.append("bucketMaxSpanSeconds", series.get("bucketMaxSpanSeconds"));
        unpack.append("exclude", new BsonArray());
        return new BsonDocument("_id", new BsonString(namespace))
                .append(
                        "viewOn",
                        new BsonString("system.buckets." + Namespaces.collection(namespace)))
                .append(
                        "pipeline",
                        new BsonArray(List.of(new BsonDocument("$_internalUnpackBucket", unpack))));
    }
}
