package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** What databases, collections and indexes there are. */
final class ListingCommands {
    private final Node node;

    private ListingCommands(Node node) {
        this.node = node;
    }

    static List<Command> all(Node node) {
        ListingCommands commands = new ListingCommands(node);
        return List.of(
                Command.of(
                                "listDatabases",
                                commands::databases,
                                "filter",
                                "nameOnly",
                                "authorizedDatabases")
                        .with(Command.Trait.READ, Command.Trait.ADMIN),
                Command.of(
                                "listCollections",
                                commands::collections,
                                "filter",
                                "nameOnly",
                                "authorizedCollections",
                                "cursor")
                        .with(Command.Trait.READ),
                Command.of("listIndexes", commands::indexes, "cursor", "includeBuildUUIDs")
                        .with(Command.Trait.READ));
    }

    private ReadView view(Request request) {
        return ReadView.atPosition(node.engine().replication.member(request.member()).applied);
    }

    private void databases(Request request, RawBuilder reply) {
        TreeMap<String, Long> sizes = new TreeMap<>();
        sizes.put("local", node.engine().oplog.sizeBytes());
        for (CollectionInfo info : node.engine().catalog.in(view(request)).all()) {
            sizes.merge(info.database(), node.engine().data.of(info).sizeBytes() + 4096, Long::sum);
        }
        Query filter = Query.of(request.document("filter"));
        boolean nameOnly = request.flag("nameOnly");
        long total = 0;
        int i = 0;
        reply.startArray("databases");
        for (String name : new TreeSet<>(sizes.keySet())) {
            RawBuilder one = new RawBuilder().string("name", name);
            if (!nameOnly) {
                one.int64("sizeOnDisk", sizes.get(name)).bool("empty", false);
            }
            byte[] whole = one.toBytes();
            if (filter.matches(whole)) {
                reply.document(Integer.toString(i), whole);
                total += sizes.get(name);
                i++;
            }
        }
        reply.end();
        if (!nameOnly) {
            reply.int64("totalSize", total);
        }
    }

    private void collections(Request request, RawBuilder reply) {
        Query filter = Query.of(request.document("filter"));
        boolean nameOnly = request.flag("nameOnly");
        List<byte[]> found = new ArrayList<>();
        if (request.database().equals("local")) {
            found.add(BsonBytes.of(oplog(nameOnly)));
        }
        List<BsonDocument> views = Views.all(node.engine(), request.database(), view(request));
        for (CollectionInfo info : node.engine().catalog.in(view(request)).in(request.database())) {
            found.add(BsonBytes.of(describe(info, nameOnly)));
        }
        for (BsonDocument definition : views) {
            found.add(BsonBytes.of(describeView(definition, nameOnly)));
        }
        List<byte[]> matching = found.stream().filter(filter::matches).toList();
        answer(request, request.database() + ".$cmd.listCollections", matching, reply);
    }

    private void answer(
            Request request, String namespace, List<byte[]> documents, RawBuilder reply) {
        BsonDocument cursor = request.document("cursor");
        int batchSize =
                cursor.containsKey("batchSize") ? cursor.getNumber("batchSize").intValue() : 101;
        node.cursors.first(request, new ListCursor(namespace, documents), batchSize, reply, 0);
    }

    private BsonDocument oplog(boolean nameOnly) {
        BsonDocument whole =
                new BsonDocument("name", new BsonString("oplog.rs"))
                        .append("type", new BsonString("collection"));
        return nameOnly
                ? whole
                : whole.append("options", BsonDocument.parse("{capped: true}"))
                        .append("info", new BsonDocument("readOnly", BsonBoolean.FALSE));
    }

    private static BsonDocument describe(CollectionInfo info, boolean nameOnly) {
        BsonDocument whole =
                new BsonDocument("name", new BsonString(info.collection()))
                        .append("type", new BsonString("collection"));
        if (nameOnly) {
            return whole;
        }
        whole.append("options", info.options())
                .append(
                        "info",
                        new BsonDocument("readOnly", BsonBoolean.FALSE)
                                .append("uuid", BsonBytes.binary(info.uuid())));
        return info.indexes().isEmpty() ? whole : whole.append("idIndex", info.indexes().get(0));
    }

    private BsonDocument describeView(BsonDocument definition, boolean nameOnly) {
        String name = Namespaces.collection(definition.getString("_id").getValue());
        boolean timeSeries =
                definition.getString("viewOn").getValue().startsWith("system.buckets.");
        BsonDocument whole =
                new BsonDocument("name", new BsonString(name))
                        .append("type", new BsonString(timeSeries ? "timeseries" : "view"));
        if (nameOnly) {
            return whole;
        }
        BsonDocument options = Documents.mutable(definition);
        options.remove("_id");
        if (timeSeries) {
            CollectionInfo buckets =
                    node.engine()
                            .catalog
                            .current()
                            .named(
                                    Namespaces.database(definition.getString("_id").getValue())
                                            + "."
                                            + definition.getString("viewOn").getValue());
            options = new BsonDocument();
            if (buckets.options().containsKey("expireAfterSeconds")) {
                options.put("expireAfterSeconds", buckets.options().get("expireAfterSeconds"));
            }
            options.put("timeseries", buckets.options().get("timeseries"));
        }
        return whole.append("options", options)
                .append("info", new BsonDocument("readOnly", BsonBoolean.valueOf(!timeSeries)));
    }

    private void indexes(Request request, RawBuilder reply) {
        String namespace = request.namespaceOrUuid();
        CollectionInfo info = node.engine().catalog.in(view(request)).named(namespace);
        CollectionInfo buckets =
                info == null ? Measurements.buckets(node.engine(), namespace) : null;
        if (buckets != null) {
            SeriesIndexes indexes = DdlCommands.indexes(buckets);
            List<byte[]> specs =
                    buckets.indexes().stream()
                            .map(spec -> BsonBytes.of(indexes.asSeries(spec)))
                            .toList();
            answer(request, namespace, specs, reply);
            return;
        }
        if (info == null) {
            if (Views.find(node.engine(), namespace) != null) {
                throw new CommandFailure(
                        ErrorCode.CommandNotSupportedOnView,
                        "Namespace " + namespace + " is a view, not a collection");
            }
            throw new CommandFailure(
                    ErrorCode.NamespaceNotFound, "ns does not exist: " + namespace);
        }
        List<byte[]> specs = new ArrayList<>();
        info.indexes().forEach(spec -> specs.add(BsonBytes.of(spec)));
        if (info.options().containsKey("clusteredIndex")
                && info.options().get("clusteredIndex").isDocument()) {
            BsonDocument spec = Documents.mutable(info.options().getDocument("clusteredIndex"));
            specs.add(0, BsonBytes.of(spec.append("clustered", BsonBoolean.TRUE)));
        }
        answer(request, namespace, specs, reply);
    }
}
