package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** insert, update, delete and findAndModify through the router. */
final class RoutedWrites {
    private final Core core;
    private final Shards shards;
    private final RoutedTransactions transactions;
    private final Placement placement;

    RoutedWrites(Core core, Shards shards, RoutedTransactions transactions, Placement placement) {
        this.core = core;
        this.shards = shards;
        this.transactions = transactions;
        this.placement = placement;
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        return Map.of(
                "insert", command -> placed(command, this::insert),
                "update", command -> placed(command, inner -> statements(inner, "updates", "u")),
                "delete",
                        command -> placed(command, inner -> statements(inner, "deletes", "limit")),
                "findAndModify", command -> placed(command, this::findAndModify),
                "findandmodify", command -> placed(command, this::findAndModify));
    }

    /**
     * From targeting to the last answer ownership stays as it is, and no critical section begins.
     */
    private BsonDocument placed(RoutedCommand command, Function<RoutedCommand, BsonDocument> work) {
        String namespace = command.namespace();
        if (Shards.isOnConfigServers(namespace)) {
            return onConfigServers(command);
        }
        if (!core.routing().databases().containsKey(command.database())) {
            placement.database(command.database());
        }
        shards.requireUnblocked(command, namespace);
        return core.placed(
                () -> {
                    shards.requireUnblocked(
                            command.mayWait() ? refusing(command) : command, namespace);
                    shards.catchUp();
                    return work.apply(command);
                });
    }

    /** Inside the placement lock nobody waits: the end of the critical section needs that lock. */
    private static RoutedCommand refusing(RoutedCommand command) {
        return new RoutedCommand(command.database(), command.body(), command.sequences(), false);
    }

    private BsonDocument onConfigServers(RoutedCommand command) {
        BsonDocument whole = Bson.copy(command.body());
        whole.remove("$db");
        whole.remove("$clusterTime");
        command.sequences()
                .keySet()
                .forEach(field -> whole.append(field, new BsonArray(command.documents(field))));
        return stripped(shards.config().run(command.database(), whole));
    }

    private static BsonDocument stripped(BsonDocument reply) {
        BsonDocument copy = Bson.copy(reply);
        copy.remove("$clusterTime");
        copy.remove("operationTime");
        return copy;
    }

    private BsonDocument insert(RoutedCommand command) {
        String namespace = command.namespace();
        List<BsonDocument> documents = new ArrayList<>();
        command.documents("documents").forEach(document -> documents.add(withId(document)));
        Optional<ShardedCollection> sharded = core.routing().collection(namespace);
        boolean ordered = command.flag("ordered", true);
        WriteTally tally = new WriteTally();
        for (Batch batch : batches(namespace, sharded, documents, ordered, tally)) {
            if (ordered && tally.hasErrors()) {
                break;
            }
            BsonDocument statement =
                    new BsonDocument("insert", Bson.string(command.collection()))
                            .append("documents", new BsonArray(batch.statements))
                            .append("ordered", BsonBoolean.valueOf(ordered));
            tally.add(send(command, batch, statement), batch.indexes);
        }
        return tally.reply(false);
    }

    private BsonDocument withId(BsonDocument document) {
        if (document.containsKey("_id")) {
            return document;
        }
        BsonDocument identified = new BsonDocument("_id", new BsonObjectId(core.ids.objectId()));
        document.forEach(identified::append);
        return identified;
    }

    /** Statements for one shard, with their places in the client's command. */
    private static final class Batch {
        final String shard;
        final List<BsonDocument> statements = new ArrayList<>();
        final List<Integer> indexes = new ArrayList<>();

        Batch(String shard) {
            this.shard = shard;
        }
    }

    /** In order: runs of neighbours on one shard. Unordered: all of a shard together. */
    private List<Batch> batches(
            String namespace,
            Optional<ShardedCollection> sharded,
            List<BsonDocument> documents,
            boolean ordered,
            WriteTally tally) {
        List<Batch> batches = new ArrayList<>();
        Map<String, Batch> byShard = new LinkedHashMap<>();
        for (int i = 0; i < documents.size(); i++) {
            String shard;
            try {
                shard =
                        sharded.isPresent()
                                ? sharded.get().shardOf(documents.get(i))
                                : primary(namespace);
            } catch (ServerError invalidKey) {
                tally.error(i, invalidKey.code(), invalidKey.getMessage());
                continue;
            }
            Batch last = batches.isEmpty() ? null : batches.get(batches.size() - 1);
            Batch batch =
                    ordered
                            ? (last != null && last.shard.equals(shard) ? last : null)
                            : byShard.get(shard);
            if (batch == null) {
                batch = new Batch(shard);
                batches.add(batch);
                byShard.put(shard, batch);
            }
            batch.statements.add(documents.get(i));
            batch.indexes.add(i);
        }
        return batches;
    }

    private String primary(String namespace) {
        return shards.primaryOf(namespace).orElseThrow().id();
    }

    private BsonDocument send(RoutedCommand command, Batch batch, BsonDocument statement) {
        if (command.retryable()) {
            BsonArray ids = new BsonArray();
            batch.indexes.forEach(index -> ids.add(new BsonInt32(index)));
            statement.append("stmtIds", ids);
        }
        return transactions.send(command, batch.shard, command.namespace(), true, statement);
    }

    private BsonDocument statements(RoutedCommand command, String field, String kind) {
        List<BsonDocument> all = command.documents(field);
        boolean ordered = command.flag("ordered", true);
        WriteTally tally = new WriteTally();
        Optional<ShardedCollection> sharded = core.routing().collection(command.namespace());
        for (int i = 0; i < all.size() && !(ordered && tally.hasErrors()); i++) {
            try {
                if (sharded.isPresent()) {
                    oneStatement(command, field, kind, all.get(i), i, sharded.get(), tally);
                } else {
                    on(primary(command.namespace()), command, field, all.get(i), i, tally);
                }
            } catch (ServerError refused) {
                if (command.inTransaction()) {
                    throw refused;
                }
                tally.error(i, refused.code(), refused.getMessage());
            }
        }
        return tally.reply(field.equals("updates"));
    }

    private void on(
            String shard,
            RoutedCommand command,
            String field,
            BsonDocument statement,
            int index,
            WriteTally tally) {
        Batch batch = new Batch(shard);
        batch.indexes.add(index);
        BsonDocument whole =
                new BsonDocument(command.name(), Bson.string(command.collection()))
                        .append(field, new BsonArray(List.of(statement)));
        tally.add(send(command, batch, whole), batch.indexes);
    }

    private void oneStatement(
            RoutedCommand command,
            String field,
            String kind,
            BsonDocument statement,
            int index,
            ShardedCollection collection,
            WriteTally tally) {
        BsonDocument filter = statement.getDocument("q");
        boolean multi =
                kind.equals("u")
                        ? isTrue(statement.get("multi"))
                        : isUnlimited(statement.get("limit"));
        if (kind.equals("u")) {
            ShardKeyGuard.check(
                    collection, filter, statement.get("u"), isTrue(statement.get("upsert")));
        }
        Set<String> targets =
                ShardKeyGuard.targets(shards, collection, statement, kind.equals("u"));
        boolean pinned = collection.key().extractFromFilter(filter).isPresent();
        requireTargetable(
                collection, filter, multi, pinned, targets, isTrue(statement.get("upsert")));
        int before = tally.matched();
        for (String shard : targets) {
            if (!multi && tally.matched() > before) {
                return;
            }
            if (!pinned && shards.mayHoldOrphans(shard, collection.namespace())) {
                ownedOnly(command, field, statement, index, collection, shard, multi, tally);
            } else {
                on(shard, command, field, statement, index, tally);
            }
        }
    }

    private static void requireTargetable(
            ShardedCollection collection,
            BsonDocument filter,
            boolean multi,
            boolean pinned,
            Set<String> targets,
            boolean upsert) {
        boolean byId = Filter.compile(filter).equalities().containsKey("_id");
        if (targets.size() == 1 && (pinned || collection.shards().size() == 1 || upsert)) {
            return;
        }
        if (upsert) {
            throw ServerError.shardKeyNotFound(
                    "Failed to target upsert by query :: could not extract exact shard key");
        }
        if (!multi && !byId && !pinned) {
            throw ServerError.invalidOptions(
                    "A {multi:false} update or a delete of one on a sharded collection must"
                            + " contain an exact match on _id or contain the shard key, but "
                            + filter
                            + " does not");
        }
    }

    /**
     * Where left-overs of a move lie around, a statement is broken down to the documents the shard
     * owns.
     */
    private void ownedOnly(
            RoutedCommand command,
            String field,
            BsonDocument statement,
            int index,
            ShardedCollection collection,
            String shard,
            boolean multi,
            WriteTally tally) {
        List<RawBsonDocument> found =
                shards.owned(
                        shard,
                        collection,
                        transactionalFind(
                                command,
                                shard,
                                collection.namespace(),
                                statement.getDocument("q")));
        for (RawBsonDocument document : multi ? found : found.stream().limit(1).toList()) {
            BsonDocument single = Bson.copy(statement);
            BsonDocument byKey = collection.key().documentKey(document);
            single.put(
                    "q",
                    new BsonDocument(
                            "$and", new BsonArray(List.of(statement.getDocument("q"), byKey))));
            if (single.containsKey("multi")) {
                single.put("multi", BsonBoolean.FALSE);
            }
            on(shard, command, field, single, index, tally);
        }
    }

    List<RawBsonDocument> transactionalFind(
            RoutedCommand command, String shard, String namespace, BsonDocument filter) {
        int dot = namespace.indexOf('.');
        BsonDocument find =
                new BsonDocument("find", Bson.string(namespace.substring(dot + 1)))
                        .append("filter", filter);
        transactions.of(command).ifPresent(open -> open.statement(shard, namespace, false, find));
        return Contents.all(shards.shard(shard), namespace.substring(0, dot), find);
    }

    private static boolean isTrue(BsonValue value) {
        return value != null
                && (value.isBoolean()
                        ? value.asBoolean().getValue()
                        : value.isNumber() && value.asNumber().intValue() != 0);
    }

    private static boolean isUnlimited(BsonValue limit) {
        return limit == null || limit.asNumber().intValue() == 0;
    }

    private BsonDocument findAndModify(RoutedCommand command) {
        Optional<ShardedCollection> sharded = core.routing().collection(command.namespace());
        BsonDocument query = command.document("query");
        String shard =
                sharded.isEmpty()
                        ? primary(command.namespace())
                        : onlyTarget(command, sharded.get(), query);
        BsonDocument whole = new BsonDocument();
        Set<String> own =
                Set.of(
                        "$db",
                        "$clusterTime",
                        "lsid",
                        "txnNumber",
                        "autocommit",
                        "startTransaction",
                        "readConcern");
        command.body()
                .forEach(
                        (field, value) -> {
                            if (!own.contains(field)) {
                                whole.append(field, value);
                            }
                        });
        return stripped(transactions.send(command, shard, command.namespace(), true, whole));
    }

    private String onlyTarget(
            RoutedCommand command, ShardedCollection collection, BsonDocument query) {
        if (command.body().containsKey("update")) {
            ShardKeyGuard.check(
                    collection, query, command.body().get("update"), command.flag("upsert", false));
        }
        Set<String> targets = shards.targets(collection, query);
        if (targets.size() == 1) {
            return targets.iterator().next();
        }
        throw ServerError.shardKeyNotFound(
                "Query for sharded findAndModify must contain the shard key, but "
                        + query
                        + " does not");
    }
}
