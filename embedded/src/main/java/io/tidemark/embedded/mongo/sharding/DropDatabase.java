package io.tidemark.embedded.mongo.sharding;

import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** Drops a database with all its collections, sharded ones first. */
final class DropDatabase {
    private DropDatabase() {}

    static Stepwise of(Core core, String name) {
        if (core.routing().database(name).isEmpty()) {
            return new Steps();
        }
        core.requireNoTransactionOnDatabase(name);
        core.routing().collections().keySet().stream()
                .filter(namespace -> Namespace.database(namespace).equals(name))
                .forEach(core::requireNotResharded);
        DdlCoordinator coordinator =
                new DdlCoordinator(core, core.primaryOf(name), "dropDatabase", name);
        coordinator.phase().log(coordinator.primary(), "dropDatabase.start", new BsonDocument());
        core.routing().collections().values().stream()
                .filter(collection -> collection.database().equals(name))
                .forEach(
                        collection ->
                                new DropCollection(
                                                coordinator,
                                                collection.namespace(),
                                                Optional.of(collection))
                                        .plan());
        List<BlockedRange> whole = List.of(BlockedRange.whole(name));
        coordinator.phase().block(whole);
        for (String id : core.shardIds()) {
            coordinator.then("drop on " + id, () -> dropOn(core.shard(id), name));
        }
        coordinator
                .then("remove the database", () -> removeDatabase(core, name))
                .unblock(whole)
                .log(coordinator.primary(), "dropDatabase", new BsonDocument());
        return coordinator.end();
    }

    private static void dropOn(Member shard, String name) {
        shard.run(name, new BsonDocument("dropDatabase", new BsonInt32(1)));
    }

    private static void removeDatabase(Core core, String name) {
        core.replacing(
                () -> {
                    if (core.routing().database(name).isPresent()) {
                        core.metadata().dropDatabase(name);
                    }
                });
    }
}
