package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonKey;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.query.Projection;
import io.tidemark.embedded.mongo.query.SortOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** find, aggregate, count and distinct through the router: asked of the owners, merged in order. */
final class RoutedReads {
    private static final Set<String> OWN =
            Set.of(
                    "$db",
                    "$clusterTime",
                    "lsid",
                    "txnNumber",
                    "autocommit",
                    "startTransaction",
                    "batchSize",
                    "singleBatch",
                    "cursor");

    private final Core core;
    private final Shards shards;
    private final RoutedTransactions transactions;
    private final RouterCursors cursors;

    RoutedReads(Core core, Shards shards, RoutedTransactions transactions, RouterCursors cursors) {
        this.core = core;
        this.shards = shards;
        this.transactions = transactions;
        this.cursors = cursors;
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        return Map.of(
                "find", command -> placed(command, this::find),
                "aggregate", command -> placed(command, this::aggregate),
                "count", command -> placed(command, this::count),
                "distinct", command -> placed(command, this::distinct),
                "getMore", cursors::more,
                "killCursors", this::killCursors);
    }

    private BsonDocument placed(RoutedCommand command, Function<RoutedCommand, BsonDocument> work) {
        return core.placed(
                () -> {
                    shards.catchUp();
                    return work.apply(command);
                });
    }

    private BsonDocument find(RoutedCommand command) {
        if (command.flag("tailable", false)) {
            throw ServerError.badValue(
                    "tailable cursors are not supported through this router; ask the shard");
        }
        String namespace = command.namespace();
        Optional<ShardedCollection> sharded = collectionAsRead(command, namespace);
        if (sharded.isEmpty()) {
            return cursors.first(namespace, forwarded(command, namespace), command.body());
        }
        Projection projection = Projection.compile(command.document("projection"));
        List<RawBsonDocument> found = merged(command, sharded.get(), command.document("filter"));
        List<BsonDocument> page = new ArrayList<>();
        page(found, command).forEach(document -> page.add(projection.apply(document)));
        return cursors.first(namespace, page, command.body());
    }

    /** A snapshot of the past is read with the ownership of that time. */
    private Optional<ShardedCollection> collectionAsRead(RoutedCommand command, String namespace) {
        BsonValue at = command.document("readConcern").get("atClusterTime");
        Routing routing = at instanceof BsonTimestamp time ? core.routing.at(time) : core.routing();
        return routing.collection(namespace);
    }

    private static List<RawBsonDocument> page(List<RawBsonDocument> found, RoutedCommand command) {
        List<RawBsonDocument> sorted = new ArrayList<>(found);
        BsonDocument sort = command.document("sort");
        if (!sort.isEmpty() && !sort.containsKey("$natural")) {
            sorted.sort(SortOrder.of(sort));
        }
        int skip = Math.min(command.number("skip", 0), sorted.size());
        int limit = Math.abs(command.number("limit", 0));
        int end = limit == 0 ? sorted.size() : (int) Math.min((long) skip + limit, sorted.size());
        return sorted.subList(skip, end);
    }

    /** Owned documents of all shards a filter may find something on. */
    private List<RawBsonDocument> merged(
            RoutedCommand command, ShardedCollection collection, BsonDocument filter) {
        Filter.compile(filter);
        List<RawBsonDocument> found = new ArrayList<>();
        for (String shard : shards.targets(collection, filter)) {
            BsonDocument find =
                    new BsonDocument(
                                    "find",
                                    Bson.string(
                                            collection
                                                    .namespace()
                                                    .substring(
                                                            collection.namespace().indexOf('.')
                                                                    + 1)))
                            .append("filter", filter)
                            .append("batchSize", new BsonInt32(10_000));
            found.addAll(
                    shards.owned(
                            shard,
                            collection,
                            onShard(command, shard, collection.namespace(), find)));
        }
        return found;
    }

    private List<RawBsonDocument> onShard(
            RoutedCommand command, String shard, String namespace, BsonDocument read) {
        transactions.of(command).ifPresent(open -> open.statement(shard, namespace, false, read));
        return Contents.all(
                shards.shard(shard),
                namespace.substring(0, namespace.indexOf('.')),
                command.forShard(read));
    }

    /** An unsharded collection's primary answers as it is asked. */
    private List<RawBsonDocument> forwarded(RoutedCommand command, String namespace) {
        Optional<Member> primary = shards.primaryOf(namespace);
        if (primary.isEmpty()) {
            return List.of();
        }
        BsonDocument read = new BsonDocument();
        command.body()
                .forEach(
                        (field, value) -> {
                            if (!OWN.contains(field)) {
                                read.append(field, value);
                            }
                        });
        if (command.name().equals("aggregate")) {
            read.append("cursor", new BsonDocument("batchSize", new BsonInt32(10_000)));
        } else {
            read.append("batchSize", new BsonInt32(10_000));
        }
        if (Shards.isOnConfigServers(namespace)) {
            return Contents.all(primary.get(), command.database(), read);
        }
        return onShard(command, primary.get().id(), namespace, read);
    }

    private BsonDocument aggregate(RoutedCommand command) {
        if (!command.body().get("aggregate").isString()) {
            throw ServerError.illegalOperation(
                    "Aggregations on a whole database are not supported by this router");
        }
        String namespace = command.namespace();
        Optional<ShardedCollection> sharded = collectionAsRead(command, namespace);
        BsonDocument options = command.document("cursor");
        if (sharded.isEmpty()) {
            return cursors.first(namespace, forwarded(command, namespace), options);
        }
        List<BsonDocument> stages = command.documents("pipeline");
        boolean matchFirst = !stages.isEmpty() && stages.get(0).containsKey("$match");
        BsonDocument filter = matchFirst ? stages.get(0).getDocument("$match") : new BsonDocument();
        List<? extends BsonDocument> found = merged(command, sharded.get(), filter);
        return cursors.first(
                namespace,
                MergedPipeline.run(stages.subList(matchFirst ? 1 : 0, stages.size()), found),
                options);
    }

    private BsonDocument count(RoutedCommand command) {
        return new BsonDocument("n", new BsonInt32(page(documents(command), command).size()));
    }

    private List<RawBsonDocument> documents(RoutedCommand command) {
        String namespace = command.namespace();
        BsonDocument filter = command.document("query");
        Optional<ShardedCollection> sharded = core.routing().collection(namespace);
        if (sharded.isPresent()) {
            return merged(command, sharded.get(), filter);
        }
        BsonDocument find =
                new BsonDocument("find", Bson.string(command.collection()))
                        .append("filter", filter);
        Optional<Member> primary = shards.primaryOf(namespace);
        if (primary.isEmpty()) {
            return List.of();
        }
        return Shards.isOnConfigServers(namespace)
                ? Contents.all(primary.get(), command.database(), find)
                : onShard(command, primary.get().id(), namespace, find);
    }

    private BsonDocument distinct(RoutedCommand command) {
        FieldPath path = FieldPath.of(command.body().getString("key").getValue());
        Set<BsonKey> values = new LinkedHashSet<>();
        for (RawBsonDocument document : documents(command)) {
            path.values(document).forEach(value -> values.add(new BsonKey(value)));
        }
        BsonArray array = new BsonArray();
        values.stream().sorted().forEach(key -> array.add(key.value()));
        return new BsonDocument("values", array);
    }

    private BsonDocument killCursors(RoutedCommand command) {
        BsonArray killed = new BsonArray();
        BsonArray unknown = new BsonArray();
        command.body()
                .getArray("cursors")
                .forEach(
                        id -> {
                            boolean known = cursors.kill(id.asNumber().longValue());
                            (known ? killed : unknown).add(id);
                        });
        return new BsonDocument("cursorsKilled", killed)
                .append("cursorsNotFound", unknown)
                .append("cursorsAlive", new BsonArray())
                .append("cursorsUnknown", new BsonArray());
    }
}
