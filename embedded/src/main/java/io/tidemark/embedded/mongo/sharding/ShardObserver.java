package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ChangeObserver;
import java.util.UUID;
import org.bson.BsonTimestamp;

/** Tells the oracle and the migrations under way of a shard's changes. */
final class ShardObserver implements ChangeObserver {
    private final Core core;
    private final String shard;

    ShardObserver(Core core, String shard) {
        this.core = core;
        this.shard = shard;
    }

    @Override
    public void changed(
            UUID collection,
            String namespace,
            byte[] before,
            byte[] after,
            BsonTimestamp at,
            BsonTimestamp applied,
            boolean fromMigrate) {
        if (fromMigrate || isInternal(namespace)) {
            return;
        }
        core.oracle.wrote(shard, collection, before, after, at, applied);
        core.migrations.forEach(migration -> migration.changed(shard, namespace, before, after));
    }

    private static boolean isInternal(String namespace) {
        return namespace.startsWith("config.")
                || namespace.startsWith("admin.")
                || namespace.startsWith("local.");
    }

    @Override
    public void rolledBack(BsonTimestamp position) {
        core.oracle.rolledBack(shard, position);
    }
}
