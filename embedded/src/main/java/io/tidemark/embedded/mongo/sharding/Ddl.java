package io.tidemark.embedded.mongo.sharding;

import org.bson.BsonDocument;

/**
 * Changes of the catalogue that several sets take part in, each to be taken step by step (F§6 for
 * their lines in the changelog).
 */
final class Ddl {
    private final Core core;

    Ddl(Core core) {
        this.core = core;
    }

    Stepwise dropCollection(String namespace) {
        return DropCollection.of(core, namespace);
    }

    Stepwise renameCollection(String from, String to, boolean dropTarget) {
        return new RenameCollection(core, from, to, dropTarget).plan();
    }

    Stepwise dropDatabase(String name) {
        return DropDatabase.of(core, name);
    }

    MovePrimary movePrimary(String name, String to) {
        return new MovePrimary(core, name, to);
    }

    Resharding reshardCollection(String namespace, BsonDocument pattern) {
        return new Resharding(core, namespace, pattern);
    }

    Stepwise refineShardKey(String namespace, BsonDocument pattern) {
        return new RefineShardKey(core, namespace, pattern).plan();
    }
}
