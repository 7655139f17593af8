package io.tidemark.restore.config;

import io.tidemark.restore.orphans.OwnedRanges;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** The documents of {@code config} as of the restored time. */
public final class ClusterMetadata {
    private static final Namespace CHUNKS = Namespace.of("config.chunks");
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");
    private static final Namespace SHARDS = Namespace.of("config.shards");

    /** A replica set as {@code config.shards} names it. */
    public record ShardEntry(String id, String replicaSet, List<String> hosts) {}

    /** A sharded collection. */
    public record ShardedCollection(
            Namespace namespace, Optional<UUID> uuid, RawDocument key, List<RawDocument> chunks) {
        /** What the shard owns of it. */
        public OwnedRanges ownedBy(String shardId) {
            List<RawDocument> owned =
                    chunks.stream()
                            .filter(c -> c.string("shard").filter(shardId::equals).isPresent())
                            .toList();
            return new OwnedRanges(key, owned, chunks.size());
        }

        /** The shards that own something of it. */
        public List<String> owners() {
            TreeSet<String> owners = new TreeSet<>();
            chunks.forEach(chunk -> chunk.string("shard").ifPresent(owners::add));
            return List.copyOf(owners);
        }
    }

    private final MemoryTarget documents;
    private final Map<Namespace, ShardedCollection> sharded = new TreeMap<>();

    public ClusterMetadata(MemoryTarget documents) {
        this.documents = documents;
        Map<String, List<RawDocument>> chunks = chunksByCollection();
        for (RawDocument collection : documents.documents(COLLECTIONS)) {
            Optional<Namespace> namespace = collection.string("_id").flatMap(Namespace::parse);
            Optional<RawDocument> key = collection.document("key");
            boolean dropped = collection.find("dropped").filter(RawElement::isTrue).isPresent();
            if (namespace.isPresent() && key.isPresent() && !dropped) {
                Optional<UUID> uuid = collection.find("uuid").flatMap(RawElement::uuid);
                List<RawDocument> own =
                        uuid.map(id -> chunks.get(id.toString()))
                                .or(() -> Optional.ofNullable(chunks.get(namespace.get() + "")))
                                .orElse(List.of());
                sharded.put(
                        namespace.get(),
                        new ShardedCollection(namespace.get(), uuid, key.get(), own));
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

    /** 5.0 and later name the collection by UUID, older ones by its name. */
    private Map<String, List<RawDocument>> chunksByCollection() {
        Map<String, List<RawDocument>> chunks = new HashMap<>();
        for (RawDocument chunk : documents.documents(CHUNKS)) {
            String of =
                    chunk.find("uuid")
                            .flatMap(RawElement::uuid)
                            .map(UUID::toString)
                            .orElse(chunk.string("ns").orElse(""));
            chunks.computeIfAbsent(of, c -> new ArrayList<>()).add(chunk);
        }
        return chunks;
    }
}
