package io.tidemark.restore.config;

import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The documents of {@code config} as of the restored time, without the chunks, of which there may
 * be too many for memory.
 */
public final class ClusterMetadata {
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");
    private static final Namespace SHARDS = Namespace.of("config.shards");

    /** A replica set as {@code config.shards} names it. */
    public record ShardEntry(String id, String replicaSet, List<String> hosts) {}

    /** A sharded collection. */
    public record ShardedCollection(Namespace namespace, Optional<UUID> uuid, RawDocument key) {}

    private final MemoryTarget documents;
    private final Map<Namespace, ShardedCollection> sharded = new TreeMap<>();

    public ClusterMetadata(MemoryTarget documents) {
        this.documents = documents;
        for (RawDocument collection : documents.documents(COLLECTIONS)) {
            Optional<Namespace> namespace = collection.string("_id").flatMap(Namespace::parse);
            Optional<RawDocument> key = collection.document("key");
            boolean dropped = collection.find("dropped").filter(RawElement::isTrue).isPresent();
            if (namespace.isPresent() && key.isPresent() && !dropped) {
                Optional<UUID> uuid = collection.find("uuid").flatMap(RawElement::uuid);
                sharded.put(
                        namespace.get(), new ShardedCollection(namespace.get(), uuid, key.get()));
            }
        }
    }

    /** A cluster that has none: a lone replica set. */
    public static ClusterMetadata none() {
        return new ClusterMetadata(new MemoryTarget());
    }

    /** The documents of one collection of {@code config}. */
    public List<RawDocument> documents(String collection) {
        return documents.documents(new Namespace("config", collection));
    }

    public Map<Namespace, ShardedCollection> shardedCollections() {
        return sharded;
    }

    public List<ShardEntry> shards() {
        List<ShardEntry> shards = new ArrayList<>();
        for (RawDocument shard : documents.documents(SHARDS)) {
            String host = shard.string("host").orElse("");
            int slash = host.indexOf('/');
            String set = slash < 0 ? "" : host.substring(0, slash);
            List<String> hosts = List.of(host.substring(slash + 1).split(","));
            shards.add(new ShardEntry(shard.string("_id").orElse(""), set, hosts));
        }
        return shards;
    }
}
