package io.tidemark.restore.config;

import io.tidemark.restore.orphans.ChunkRanges;
import io.tidemark.restore.orphans.OwnedRanges;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Which shard owns what, at the restored time: of each chunk its range and its shard, which is all
 * that is kept in memory (about 100 bytes a chunk).
 */
public final class ChunkTable {
    private final Map<String, Namespace> namespaces = new HashMap<>();
    private final Map<Namespace, ChunkRanges> ranges = new TreeMap<>();

    public ChunkTable(Collection<ClusterMetadata.ShardedCollection> collections) {
        for (ClusterMetadata.ShardedCollection collection : collections) {
            Namespace namespace = collection.namespace();
            // 5.0 and later name the collection by UUID, older ones by its name.
            namespaces.put(namespace.toString(), namespace);
            collection.uuid().map(UUID::toString).ifPresent(id -> namespaces.put(id, namespace));
            ranges.put(namespace, new ChunkRanges(collection.key()));
        }
    }

    /** A document of {@code config.chunks}; those of unknown collections don't matter. */
    public void add(RawDocument chunk) {
        String of =
                chunk.find("uuid")
                        .flatMap(RawElement::uuid)
                        .map(UUID::toString)
                        .orElse(chunk.string("ns").orElse(""));
        Optional.ofNullable(namespaces.get(of)).map(ranges::get).ifPresent(r -> r.add(chunk));
    }

    /** What a shard owns of a collection; empty if the collection is not sharded. */
    public Optional<OwnedRanges> owned(Namespace namespace, String shardId) {
        return Optional.ofNullable(ranges.get(namespace)).map(r -> r.ownedBy(shardId));
    }

    /** Whether it says who owns a collection's documents. */
    public boolean isSharded(Namespace namespace) {
        return ranges.containsKey(namespace);
    }

    /** The shards that own something of a collection. */
    public Set<String> owners(Namespace namespace) {
        ChunkRanges of = ranges.get(namespace);
        return of == null ? Set.of() : of.owners();
    }
}
