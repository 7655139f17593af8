package io.tidemark.restore.config;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shard ids of the restored cluster by those of the archive's, and the metadata that name shards:
 * {@code primary} of databases and collections, {@code shard} and {@code history} of chunks.
 */
public final class ShardNames {
    private final Map<String, String> renamed = new HashMap<>();
    private final Set<String> known = new HashSet<>();

    /**
     * @param wanted new ids by the archive's shard ids, or by the names of their replica sets
     * @param shards the archive's
     * @param added ids of further shards, which must be new
     * @throws RestoreException.TargetRefused if the ids don't fit
     */
    public ShardNames(
            Map<String, String> wanted,
            Collection<ClusterMetadata.ShardEntry> shards,
            Collection<String> added) {
        Map<String, String> left = new HashMap<>(wanted);
        for (ClusterMetadata.ShardEntry shard : shards) {
            known.add(shard.id());
            String bySet = left.remove(shard.replicaSet());
            String byId = shard.replicaSet().equals(shard.id()) ? bySet : left.remove(shard.id());
            String id = byId != null ? byId : bySet;
            if (id != null) {
                renamed.put(shard.id(), id);
            }
        }
        if (!left.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "--map names "
                            + new TreeSet<>(left.keySet())
                            + ", but the archive's cluster has at that time only the shards "
                            + new TreeSet<>(known)
                            + ". Nothing was written.");
        }
        requireDistinct(added);
    }

    /** All keep their names. */
    public static ShardNames same() {
        return new ShardNames(Map.of(), List.of(), List.of());
    }

    private void requireDistinct(Collection<String> added) {
        List<String> all = new ArrayList<>(added);
        known.forEach(id -> all.add(of(id)));
        Set<String> seen = new HashSet<>();
        for (String id : all) {
            if (!seen.add(id)) {
                throw new RestoreException.TargetRefused(
                        "Two shards would have the id '"
                                + id
                                + "': give each its own, by --map OLD=NEW. Nothing was written.");
            }
        }
    }

    /** The shard's id in the restored cluster. */
    public String of(String id) {
        return renamed.getOrDefault(id, id);
    }

    /** A document of {@code config.databases} or {@code config.collections}. */
    RawDocument inPrimary(RawDocument document) {
        return withShard(document, "primary");
    }

    /**
     * A chunk. Servers want {@code history[0].shard} to be {@code shard}; further entries, which
     * name shards that are no more, would mean other ones by these names.
     */
    RawDocument inChunk(RawDocument chunk) {
        if (renamed.isEmpty()) {
            return chunk;
        }
        RawDocumentBuilder changed = new RawDocumentBuilder(chunk.sizeBytes() + 64);
        for (RawElement field : withShard(chunk, "shard")) {
            if (field.isNamed("history") && field.isArray()) {
                appendHistory(changed, field.document().orElseThrow());
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    private void appendHistory(RawDocumentBuilder chunk, RawDocument history) {
        chunk.openArray("history");
        int index = 0;
        for (RawElement entry : history) {
            RawDocument document = entry.document().orElseThrow();
            if (document.string("shard").filter(known::contains).isPresent()) {
                chunk.appendDocument(Integer.toString(index++), withShard(document, "shard"));
            }
        }
        chunk.close();
    }

    private RawDocument withShard(RawDocument document, String name) {
        if (document.string(name).filter(renamed::containsKey).isEmpty()) {
            return document;
        }
        RawDocumentBuilder changed = new RawDocumentBuilder(document.sizeBytes() + 32);
        for (RawElement field : document) {
            if (field.isNamed(name)) {
                changed.appendString(name, of(field.string().orElseThrow()));
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }
}
