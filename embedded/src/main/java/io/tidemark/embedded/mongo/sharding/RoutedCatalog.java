package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;

/**
 * Catalogue commands through the router: on the primary shard, on all owners, or by a coordinator.
 */
final class RoutedCatalog {
    private final Core core;
    private final Shards shards;
    private final Placement placement;
    private final Ddl ddl;
    private final RouterCursors cursors;

    RoutedCatalog(Core core, Shards shards, Placement placement, RouterCursors cursors) {
        this.core = core;
        this.shards = shards;
        this.placement = placement;
        this.ddl = new Ddl(core);
        this.cursors = cursors;
    }

    Map<String, Function<RoutedCommand, BsonDocument>> commands() {
        Map<String, Function<RoutedCommand, BsonDocument>> commands = new LinkedHashMap<>();
        commands.put("create", this::create);
        commands.put("drop", this::drop);
        commands.put("dropDatabase", this::dropDatabase);
        commands.put("renameCollection", this::rename);
        commands.put("createIndexes", command -> everywhere(command, true));
        commands.put("dropIndexes", command -> everywhere(command, false));
        commands.put("collMod", command -> everywhere(command, false));
        commands.put("validate", this::onPrimary);
        commands.put("collStats", this::onPrimary);
        commands.put("listIndexes", this::listIndexes);
        commands.put("listCollections", this::listCollections);
        commands.put("listDatabases", this::listDatabases);
        return commands;
    }

    private static BsonDocument plain(RoutedCommand command) {
        Set<String> own =
                Set.of("$db", "$clusterTime", "lsid", "txnNumber", "$readPreference", "cursor");
        BsonDocument copy = new BsonDocument();
        command.body()
                .forEach(
                        (field, value) -> {
                            if (!own.contains(field)) {
                                copy.append(field, value);
                            }
                        });
        return copy;
    }

    private static BsonDocument answer(BsonDocument reply) {
        BsonDocument copy = new BsonDocument();
        Set<String> own = Set.of("$clusterTime", "operationTime");
        reply.forEach(
                (field, value) -> {
                    if (!own.contains(field)) {
                        copy.append(field, value);
                    }
                });
        return copy;
    }

    private BsonDocument onPrimary(RoutedCommand command) {
        shards.catchUp();
        Member primary =
                shards.primaryOf(command.namespace())
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "ns does not exist: " + command.namespace()));
        return answer(primary.run(command.database(), plain(command)));
    }

    private BsonDocument create(RoutedCommand command) {
        shards.requireUnblocked(command, command.namespace());
        placement.database(command.database());
        return onPrimary(command);
    }

    private BsonDocument drop(RoutedCommand command) {
        String namespace = command.namespace();
        Optional<Member> primary = shards.primaryOf(namespace);
        boolean present =
                core.routing().collection(namespace).isPresent()
                        || primary.flatMap(shard -> shard.call(set -> set.collection(namespace)))
                                .isPresent();
        if (!present) {
            if (core.atLeast(io.tidemark.embedded.mongo.ServerVersion.V7_0)) {
                return new BsonDocument();
            }
            throw ServerError.namespaceNotFound("ns not found");
        }
        run(ddl.dropCollection(namespace));
        return new BsonDocument("ns", Bson.string(namespace));
    }

    private void run(Stepwise steps) {
        core.gossip.seen(shards.latest());
        steps.finish();
        shards.catchUp();
    }

    private BsonDocument dropDatabase(RoutedCommand command) {
        run(ddl.dropDatabase(command.database()));
        return new BsonDocument("dropped", Bson.string(command.database()));
    }

    private BsonDocument rename(RoutedCommand command) {
        String from = command.body().getString("renameCollection").getValue();
        String to = command.body().getString("to").getValue();
        run(ddl.renameCollection(from, to, command.flag("dropTarget", false)));
        return new BsonDocument();
    }

    /**
     * Index changes and collMod reach every shard that holds the collection; the primary creates it
     * if need be.
     */
    private BsonDocument everywhere(RoutedCommand command, boolean creates) {
        String namespace = command.namespace();
        shards.requireUnblocked(command, namespace);
        core.requireNotResharded(namespace);
        if (creates) {
            placement.database(command.database());
        }
        shards.catchUp();
        Member primary =
                shards.primaryOf(namespace)
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "ns does not exist: " + namespace));
        Optional<ShardedCollection> sharded = core.routing().collection(namespace);
        Set<String> places = new TreeSet<>();
        sharded.ifPresentOrElse(
                collection -> places.addAll(collection.shards()), () -> places.add(primary.id()));
        ClusterEvent event =
                sharded.isPresent() && places.size() > 1
                        ? core.begun(command.name(), namespace)
                        : null;
        BsonDocument last = new BsonDocument();
        BsonDocument raw = new BsonDocument();
        for (String place : places) {
            Member shard =
                    Shards.isOnConfigServers(namespace) ? shards.config() : shards.shard(place);
            last = answer(shard.run(command.database(), plain(command)));
            raw.append(shard.host(), last);
        }
        if (event != null) {
            core.gossip.seen(shards.latest());
            core.ended(event);
        }
        return sharded.isPresent()
                ? new BsonDocument("raw", raw).append("ok", new BsonDouble(1))
                : last;
    }

    private BsonDocument listIndexes(RoutedCommand command) {
        String namespace = command.namespace();
        CollectionDescription found =
                shards.primaryOf(namespace)
                        .flatMap(primary -> primary.call(set -> set.collection(namespace)))
                        .or(() -> onAnyOwner(namespace))
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "ns does not exist: " + namespace));
        return cursors.first(
                namespace, found.indexes(), new BsonDocument("batchSize", new BsonInt32(1000)));
    }

    private Optional<CollectionDescription> onAnyOwner(String namespace) {
        return core.routing()
                .collection(namespace)
                .flatMap(
                        sharded ->
                                sharded.shards().stream()
                                        .flatMap(
                                                shard ->
                                                        shards
                                                                .shard(shard)
                                                                .call(
                                                                        set ->
                                                                                set.collection(
                                                                                        namespace))
                                                                .stream())
                                        .findFirst());
    }

    private BsonDocument listCollections(RoutedCommand command) {
        Optional<Member> primary = shards.primaryOf(command.database() + ".");
        if (primary.isEmpty()) {
            return cursors.first(
                    command.database() + ".$cmd.listCollections", List.of(), new BsonDocument());
        }
        BsonDocument list = plain(command);
        list.append("cursor", new BsonDocument());
        List<RawBsonDocument> found = Contents.all(primary.get(), command.database(), list);
        return cursors.first(
                command.database() + ".$cmd.listCollections",
                found,
                new BsonDocument("batchSize", new BsonInt32(10_000)));
    }

    private BsonDocument listDatabases(RoutedCommand command) {
        BsonArray databases = new BsonArray();
        Set<String> names = new TreeSet<>(core.routing().databases().keySet());
        names.add("admin");
        names.add("config");
        for (String name : names) {
            databases.add(
                    new BsonDocument("name", Bson.string(name))
                            .append("sizeOnDisk", new BsonDouble(4096))
                            .append("empty", BsonBoolean.FALSE));
        }
        List<BsonDocument> all = new ArrayList<>();
        databases.forEach(database -> all.add(database.asDocument()));
        BsonDocument filter = command.document("filter");
        io.tidemark.embedded.mongo.query.Filter wanted =
                io.tidemark.embedded.mongo.query.Filter.compile(filter);
        all.removeIf(database -> !wanted.matches(database));
        return new BsonDocument("databases", new BsonArray(all))
                .append("totalSize", new BsonDouble(4096.0 * all.size()));
    }
}
