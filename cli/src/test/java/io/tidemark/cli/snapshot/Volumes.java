package io.tidemark.cli.snapshot;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** New replica sets that get what another cluster's hold, as if they had started on its volumes. */
final class Volumes implements AutoCloseable {
    private final Map<String, SimulatedReplicaSet> sets = new TreeMap<>();

    Volumes(ServerVersion version, Collection<String> names) {
        names.forEach(
                name ->
                        sets.put(
                                name,
                                SimulatedReplicaSet.builder("new_" + name)
                                        .version(version)
                                        .start()));
    }

    SimulatedReplicaSet of(String name) {
        return sets.get(name);
    }

    Map<String, String> uris() {
        Map<String, String> uris = new TreeMap<>();
        sets.forEach((name, set) -> uris.put(name, set.uri()));
        return uris;
    }

    /** On a volume {@code config.shards} names the source's hosts. */
    void putShardsOf(SimulatedReplicaSet config) {
        putShards(of(config.name()), shardsOf(config));
    }

    static BsonArray shardsOf(SimulatedReplicaSet config) {
        BsonArray shards = new BsonArray();
        shards.addAll(config.primary().find("config.shards", new BsonDocument(), Optional.empty()));
        return shards;
    }

    static void putShards(SimulatedReplicaSet held, BsonArray shards) {
        held.primary()
                .run(
                        "config",
                        BsonDocument.parse("{delete: 'shards', deletes: [{q: {}, limit: 0}]}"));
        held.primary()
                .run(
                        "config",
                        new BsonDocument("insert", new BsonString("shards"))
                                .append("documents", shards));
    }

    @Override
    public void close() {
        sets.values().forEach(SimulatedReplicaSet::close);
    }
}
