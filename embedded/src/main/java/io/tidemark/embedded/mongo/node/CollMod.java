package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.Optime;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;

/** Changes options of a collection or of one of its indexes. Needs the set's write lock. */
final class CollMod {
    static final Set<String> FIELDS =
            Set.of(
                    "index",
                    "validator",
                    "validationLevel",
                    "validationAction",
                    "viewOn",
                    "pipeline",
                    "expireAfterSeconds",
                    "timeseries",
                    "changeStreamPreAndPostImages",
                    "recordPreImages",
                    "cappedSize",
                    "cappedMax",
                    "dryRun");
    private static final List<String> OPTIONS =
            List.of(
                    "validator",
                    "validationLevel",
                    "validationAction",
                    "recordPreImages",
                    "changeStreamPreAndPostImages",
                    "expireAfterSeconds");

    private final Engine engine;
    private final CollectionInfo collection;
    private final BsonDocument command;

    CollMod(Engine engine, CollectionInfo collection, BsonDocument command) {
        this.engine = engine;
        this.collection = collection;
        this.command = command;
    }

    /** Does it and tells in the reply what an index option was and is. */
    void run(RawBuilder reply) {
        RawBuilder o = new RawBuilder().string("collMod", collection.collection());
        RawBuilder o2 = new RawBuilder().startDocument("collectionOptions_old");
        o2.uuid("uuid", collection.uuid()).all(collection.options()).end();
        CollectionInfo changed = collection.with(options(o));
        if (command.containsKey("index")) {
            changed = index(changed, o, o2, reply);
        }
        Optime at = new Ddl(engine, false).log(collection, o, o2);
        engine.catalogue(changed, at.ts(), at.ts());
    }

    private BsonDocument options(RawBuilder o) {
        BsonDocument options = Documents.mutable(collection.options());
        for (String name : OPTIONS) {
            if (command.containsKey(name)) {
                BsonValue value = command.get(name);
                if (name.equals("validator")) {
                    Validation.requireValid(value.asDocument());
                }
                o.value(name, value);
                if (isNothing(name, value)) {
                    options.remove(name);
                } else {
                    options.put(name, value);
                }
            }
        }
        if (command.containsKey("timeseries")) {
            o.value("timeseries", command.get("timeseries"));
            options.put("timeseries", coarser(command.getDocument("timeseries")));
        }
        if (command.containsKey("cappedSize")) {
            o.value("cappedSize", command.get("cappedSize"));
            options.put("size", new BsonInt64(command.getNumber("cappedSize").longValue()));
        }
        if (command.containsKey("cappedMax")) {
            o.value("cappedMax", command.get("cappedMax"));
            options.put("max", command.get("cappedMax"));
        }
        return options;
    }

    private BsonDocument coarser(BsonDocument asked) {
        BsonDocument series = Documents.mutable(collection.options().getDocument("timeseries"));
        int before = series.getInt32("bucketMaxSpanSeconds").getValue();
        series.put("granularity", asked.get("granularity"));
        int after = TimeSeries.spanSeconds(series.getString("granularity").getValue());
        if (after < before) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "Invalid transition for timeseries.granularity. Can only transition from"
                            + " 'seconds' to 'minutes' or 'minutes' to 'hours'.");
        }
        series.put("bucketMaxSpanSeconds", new BsonInt32(after));
        return series;
    }

    private static boolean isNothing(String name, BsonValue value) {
        return name.equals("validator") && value.asDocument().isEmpty()
                || value.isString()
                        && value.asString().getValue().equals("off")
                        && name.equals("expireAfterSeconds");
    }

    private CollectionInfo index(
            CollectionInfo changed, RawBuilder o, RawBuilder o2, RawBuilder reply) {
        BsonDocument asked = command.getDocument("index");
        BsonDocument before = find(asked);
        BsonDocument after = Documents.mutable(before);
        BsonDocument old = new BsonDocument();
        o.startDocument("index").value("name", before.get("name"));
        for (var option : asked.entrySet()) {
            String name = option.getKey();
            if (!name.equals("name") && !name.equals("keyPattern")) {
                set(name, option.getValue(), before, after, old, o, reply);
            }
        }
        o.end();
        if (engine.version().atLeast(ServerVersion.V5_0)) {
            if (!old.isEmpty()) {
                o2.document("indexOptions_old", BsonBytes.of(old));
            }
        } else {
            old.forEach((name, value) -> o2.value(name + "_old", value));
        }
        List<BsonDocument> all = new ArrayList<>(changed.indexes());
        all.set(all.indexOf(before), after);
        return changed.indexed(all);
    }

    private void set(
            String name,
            BsonValue given,
            BsonDocument before,
            BsonDocument after,
            BsonDocument old,
            RawBuilder o,
            RawBuilder reply) {
        BsonValue value = given;
        switch (name) {
            case "expireAfterSeconds" -> value = new BsonInt64(given.asNumber().longValue());
            case "unique" -> {
                if (Request.isTrue(given)) {
                    engine.uniqueIndexes.requireBuildable(collection, before);
                }
            }
            case "hidden", "prepareUnique", "forceNonUnique" -> {}
            default ->
                    throw new CommandFailure(
                            ErrorCode.UnknownField,
                            "BSON field 'collMod.index." + name + "' is an unknown field.");
        }
        o.value(name, value);
        BsonValue was = before.get(name);
        boolean flag = !name.equals("expireAfterSeconds");
        if (was != null || flag) {
            old.put(name, was == null ? BsonBoolean.FALSE : was);
        }
        reply.value(name + "_old", was == null ? BsonBoolean.FALSE : was);
        reply.value(name + "_new", value);
        if (flag && !Request.isTrue(value)) {
            after.remove(name);
        } else {
            after.put(name, value);
        }
    }

    private BsonDocument find(BsonDocument asked) {
        return collection.indexes().stream()
                .filter(
                        spec ->
                                spec.get("name").equals(asked.get("name"))
                                        || spec.get("key").equals(asked.get("keyPattern")))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ErrorCode.IndexNotFound,
                                        "cannot find index "
                                                + asked.toJson()
                                                + " for ns "
                                                + collection.namespace()));
    }
}
