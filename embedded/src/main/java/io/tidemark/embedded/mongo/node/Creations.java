package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * Creates whatever {@code create} can: collections, views (documents of {@code system.views}) and
 * time-series collections (buckets and a view on them). Needs the set's write lock.
 */
final class Creations {
    private final Engine engine;

    Creations(Engine engine) {
        this.engine = engine;
    }

    Object create(String namespace, BsonDocument options) {
        if (options.containsKey("viewOn")) {
            createView(namespace, options);
            return null;
        }
        if (options.containsKey("timeseries")) {
            createTimeSeries(namespace, options);
            return null;
        }
        requireFree(namespace, options);
        if (engine.catalog.current().named(namespace) != null) {
            // The same collection with the same options: nothing to do, as from 4.4 on.
            return null;
        }
        return new Creation(engine).create(namespace, options, null, false);
    }

    private void requireFree(String namespace, BsonDocument options) {
        CollectionInfo existing = engine.catalog.current().named(namespace);
        boolean same =
                existing != null
                        && existing.options().equals(options)
                        && engine.version().atLeast(ServerVersion.V7_0);
        if (existing != null && !same || Views.find(engine, namespace) != null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceExists, "Collection " + namespace + " already exists.");
        }
    }

    private void createView(String namespace, BsonDocument options) {
        for (String name : options.keySet()) {
            if (!name.equals("viewOn") && !name.equals("pipeline") && !name.equals("collation")) {
                throw new CommandFailure(
                        ErrorCode.InvalidOptions, "Option '" + name + "' is not valid for a view");
            }
        }
        requireViewFree(namespace);
        BsonDocument view =
                new BsonDocument("_id", new BsonString(namespace))
                        .append("viewOn", options.get("viewOn"))
                        .append("pipeline", options.get("pipeline", new BsonArray()));
        if (options.containsKey("collation")) {
            view.append("collation", options.get("collation"));
        }
        insertView(namespace, view);
    }

    private void requireViewFree(String namespace) {
        Namespaces.requireCreatable(namespace);
        if (engine.catalog.current().named(namespace) != null
                || Views.find(engine, namespace) != null) {
            throw new CommandFailure(
                    ErrorCode.NamespaceExists, "Namespace already exists: " + namespace);
        }
    }

    private void insertView(String namespace, BsonDocument view) {
        String definitions = Namespaces.database(namespace) + ".system.views";
        Statements statements = statements();
        statements.insert(
                statements.target(definitions, true), BsonBytes.of(view), StatementOptions.PLAIN);
    }

    private Statements statements() {
        return new Statements(engine, new DirectWrites(engine, null, false, ""));
    }

    private void createTimeSeries(String namespace, BsonDocument options) {
        requireViewFree(namespace);
        String buckets =
                Namespaces.database(namespace)
                        + ".system.buckets."
                        + Namespaces.collection(namespace);
        TimeSeries series = TimeSeries.of(engine.version(), options);
        new Creation(engine).create(buckets, series.bucketOptions(), null, false);
        SeriesIndexes indexes = new SeriesIndexes(series.series());
        if (engine.version().atLeast(ServerVersion.V7_0) && indexes.own() != null) {
            new IndexDdl(engine, false)
                    .create(
                            engine.catalog.current().named(buckets),
                            List.of(indexes.onBuckets(indexes.own())));
        }
        insertView(namespace, series.view(namespace));
    }

    /** Drops a view, and the buckets of a time-series; false if there is no such view. */
    boolean dropView(String namespace) {
        BsonDocument view = Views.find(engine, namespace);
        if (view == null) {
            return false;
        }
        if (view.containsKey("timeseries") || isTimeSeries(view)) {
            CollectionInfo buckets =
                    engine.catalog
                            .current()
                            .named(
                                    Namespaces.database(namespace)
                                            + "."
                                            + view.getString("viewOn").getValue());
            if (buckets != null) {
                new Ddl(engine, false).drop(buckets);
            }
        }
        statements()
                .delete(
                        Namespaces.database(namespace) + ".system.views",
                        new BsonDocument("_id", new BsonString(namespace)),
                        new BsonDocument(),
                        false,
                        StatementOptions.PLAIN);
        return true;
    }

    private static boolean isTimeSeries(BsonDocument view) {
        return view.getString("viewOn").getValue().startsWith("system.buckets.");
    }

    void modifyView(String namespace, BsonDocument command, RawBuilder reply) {
        CollectionInfo buckets = Measurements.buckets(engine, namespace);
        if (buckets != null) {
            modifySeries(namespace, buckets, command, reply);
            return;
        }
        if (!command.containsKey("viewOn") || !command.containsKey("pipeline")) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions,
                    "Must specify both 'viewOn' and 'pipeline' when modifying a view");
        }
        BsonDocument view = Documents.mutable(Views.find(engine, namespace));
        view.put("viewOn", command.get("viewOn"));
        view.put("pipeline", command.get("pipeline"));
        replaceView(namespace, view);
    }

    /** Expiry and granularity are the buckets'; the view tells the span of a bucket as well. */
    private void modifySeries(
            String namespace, CollectionInfo buckets, BsonDocument command, RawBuilder reply) {
        new CollMod(engine, buckets, command).run(reply);
        if (command.containsKey("timeseries")) {
            BsonDocument series =
                    engine.catalog
                            .current()
                            .named(buckets.namespace())
                            .options()
                            .getDocument("timeseries");
            replaceView(namespace, new TimeSeries(series, null).view(namespace));
        }
    }

    private void replaceView(String namespace, BsonDocument view) {
        statements()
                .update(
                        Namespaces.database(namespace) + ".system.views",
                        UpdateSpec.of(
                                new BsonDocument("_id", new BsonString(namespace)),
                                view,
                                false,
                                false),
                        StatementOptions.PLAIN);
    }
}
