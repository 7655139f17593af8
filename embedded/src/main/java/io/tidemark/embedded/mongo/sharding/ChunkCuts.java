package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonTimestamp;

/** Splits and merges: the bounds of chunks change, their owners do not (F§6). */
final class ChunkCuts {
    private final Core core;

    ChunkCuts(Core core) {
        this.core = core;
    }

    /**
     * Cuts one chunk at keys inside it.
     *
     * @param at ascending, at least one
     */
    void split(String namespace, List<BsonDocument> at) {
        core.requireNotResharded(namespace);
        ShardedCollection before = core.sharded(namespace);
        Chunk whole = before.owning(at.get(0));
        requireInside(whole, at);
        BsonTimestamp from = core.gossip.latest();
        List<Chunk> parts = cut(before, whole, at);
        core.replacing(
                () ->
                        core.metadata()
                                .changeChunks(
                                        replaced(before, List.of(whole), parts),
                                        parts.subList(0, 1),
                                        parts.subList(1, parts.size()),
                                        List.of()));
        logSplit(before, whole, parts);
        core.happened("split", namespace, from);
    }

    private static void requireInside(Chunk whole, List<BsonDocument> at) {
        BsonDocument last = whole.min();
        for (BsonDocument key : at) {
            if (ShardKey.compareKeys(last, key) == 0) {
                throw ServerError.badValue(
                        "Split point " + key + " is a bound of the chunk already");
            }
            if (ShardKey.compareKeys(last, key) > 0 || !whole.holds(key)) {
                throw ServerError.badValue(
                        "Split points must ascend inside the chunk from "
                                + whole.min()
                                + " to "
                                + whole.max()
                                + "; "
                                + key
                                + " does not");
            }
            last = key;
        }
    }

    /** The first part keeps the chunk's id. */
    private List<Chunk> cut(ShardedCollection before, Chunk whole, List<BsonDocument> at) {
        List<Chunk> parts = new ArrayList<>();
        BsonDocument min = whole.min();
        for (int i = 0; i <= at.size(); i++) {
            BsonDocument max = i == at.size() ? whole.max() : at.get(i);
            parts.add(
                    whole.cut(
                            i == 0 ? whole.id() : core.ids.objectId(),
                            min,
                            max,
                            before.nextMinor(i + 1)));
            min = max;
        }
        return parts;
    }

    private static ShardedCollection replaced(
            ShardedCollection before, List<Chunk> old, List<Chunk> renewed) {
        return before.withChunks(
                chunks -> {
                    chunks.removeAll(old);
                    chunks.addAll(renewed);
                    return chunks;
                });
    }

    private void logSplit(ShardedCollection before, Chunk whole, List<Chunk> parts) {
        if (parts.size() == 2) {
            BsonDocument details =
                    new BsonDocument("before", described(before, whole))
                            .append("left", described(before, parts.get(0)))
                            .append("right", described(before, parts.get(1)));
            log("split", before, owned(details, whole));
            return;
        }
        for (int i = 0; i < parts.size(); i++) {
            BsonDocument details =
                    new BsonDocument("before", described(before, whole))
                            .append("number", new BsonInt32(i + 1))
                            .append("of", new BsonInt32(parts.size()))
                            .append("chunk", described(before, parts.get(i)));
            log("multi-split", before, owned(details, whole));
        }
    }

    private void log(String what, ShardedCollection collection, BsonDocument details) {
        core.changelog().write(core.config(), what, collection.namespace(), details);
    }

    private BsonDocument owned(BsonDocument details, Chunk chunk) {
        return core.atLeast(ServerVersion.V5_0)
                ? details.append("owningShard", Bson.string(chunk.shard()))
                : details;
    }

    private BsonDocument described(ShardedCollection collection, Chunk chunk) {
        BsonDocument document =
                Bson.range(chunk.min(), chunk.max())
                        .append("lastmod", chunk.version())
                        .append("lastmodEpoch", new BsonObjectId(collection.epoch()));
        return core.atLeast(ServerVersion.V5_0)
                ? document.append("lastmodTimestamp", collection.timestamp())
                : document;
    }

    /** Makes one chunk of neighbours that one shard owns. */
    void merge(String namespace, BsonDocument min, BsonDocument max) {
        core.requireFreeForMetadata(namespace);
        ShardedCollection before = core.sharded(namespace);
        List<Chunk> old = between(before, min, max);
        BsonTimestamp from = core.gossip.latest();
        Chunk first = old.get(0);
        Chunk merged =
                new Chunk(
                        first.id(),
                        min,
                        max,
                        first.shard(),
                        before.nextMinor(1),
                        List.of(new Chunk.Placement(core.config().clusterTime(), first.shard())));
        core.replacing(
                () ->
                        core.metadata()
                                .changeChunks(
                                        replaced(before, old, List.of(merged)),
                                        List.of(merged),
                                        List.of(),
                                        old.subList(1, old.size())));
        log("merge", before, mergeDetails(before, old, merged));
        core.happened("merge", namespace, from);
    }

    private static List<Chunk> between(
            ShardedCollection before, BsonDocument min, BsonDocument max) {
        List<Chunk> found =
                before.chunks().stream()
                        .filter(
                                chunk ->
                                        ShardKey.compareKeys(chunk.min(), min) >= 0
                                                && ShardKey.compareKeys(chunk.max(), max) <= 0)
                        .toList();
        boolean whole =
                found.size() > 1
                        && ShardKey.compareKeys(found.get(0).min(), min) == 0
                        && ShardKey.compareKeys(found.get(found.size() - 1).max(), max) == 0;
        boolean together = found.stream().map(Chunk::shard).distinct().count() == 1;
        if (!whole || !together) {
            throw ServerError.illegalOperation(
                    "could not merge chunks of "
                            + before.namespace()
                            + ": from "
                            + min
                            + " to "
                            + max
                            + " must lie at least two whole chunks of one shard");
        }
        return found;
    }

    private BsonDocument mergeDetails(ShardedCollection before, List<Chunk> old, Chunk merged) {
        BsonTimestamp previous = before.highestVersion();
        BsonDocument details = new BsonDocument();
        if (core.atLeast(ServerVersion.V8_0)) {
            details.append("prevPlacementVersion", previous)
                    .append("mergedVersion", merged.version());
            return owned(details, merged)
                    .append("min", merged.min())
                    .append("max", merged.max())
                    .append("numChunks", new BsonInt64(old.size()));
        }
        BsonArray parts = new BsonArray();
        old.forEach(chunk -> parts.add(described(before, chunk)));
        details.append("merged", parts)
                .append("prevShardVersion", previous)
                .append("mergedVersion", merged.version());
        return owned(details, merged);
    }
}
