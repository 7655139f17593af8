package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/**
 * A sharded collection and its chunks: what {@code config.collections} and {@code config.chunks}
 * say of it.
 *
 * @param timestamp cluster time of its sharding, new with every drop, refine or rename
 * @param lastmod wall clock of the last such change, milliseconds
 * @param chunks all ranges, ascending, without holes
 */
public record ShardedCollection(
        String namespace,
        UUID uuid,
        ShardKey key,
        boolean unique,
        ObjectId epoch,
        BsonTimestamp timestamp,
        long lastmod,
        List<Chunk> chunks) {

    public ShardedCollection {
        chunks =
                chunks.stream()
                        .sorted(Comparator.comparing(Chunk::min, ShardKey::compareKeys))
                        .toList();
        for (int i = 1; i < chunks.size(); i++) {
            if (ShardKey.compareKeys(chunks.get(i - 1).max(), chunks.get(i).min()) != 0) {
                throw new IllegalArgumentException(
                        "Chunks of "
                                + namespace
                                + " do not meet between "
                                + chunks.get(i - 1).max()
                                + " and "
                                + chunks.get(i).min());
            }
        }
    }

    String database() {
        return namespace.substring(0, namespace.indexOf('.'));
    }

    /** The chunk of a shard key value as {@link ShardKey#extract} gives it. */
    public Chunk owning(BsonDocument keyValue) {
        int low = 0;
        int high = chunks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (ShardKey.compareKeys(chunks.get(middle).min(), keyValue) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return chunks.get(low);
    }

    /** The shard a document belongs to. */
    public String shardOf(BsonDocument document) {
        return owning(key.extract(document)).shard();
    }

    /** Ids of the shards that own a chunk. */
    public Set<String> shards() {
        Set<String> shards = new TreeSet<>();
        chunks.forEach(chunk -> shards.add(chunk.shard()));
        return shards;
    }

    BsonTimestamp highestVersion() {
        return chunks.stream().map(Chunk::version).max(Comparator.naturalOrder()).orElseThrow();
    }

    /** The next major version, as a move takes it. */
    BsonTimestamp nextMajor() {
        return new BsonTimestamp(highestVersion().getTime() + 1, 0);
    }

    /** A version that many minor steps above the highest, as splits take them. */
    BsonTimestamp nextMinor(int steps) {
        BsonTimestamp highest = highestVersion();
        return new BsonTimestamp(highest.getTime(), highest.getInc() + steps);
    }

    ShardedCollection withChunks(UnaryOperator<List<Chunk>> change) {
        List<Chunk> changed = change.apply(new ArrayList<>(chunks));
        return new ShardedCollection(
                namespace, uuid, key, unique, epoch, timestamp, lastmod, changed);
    }

    ShardedCollection renamed(
            String newNamespace, ObjectId newEpoch, BsonTimestamp newTimestamp, long now) {
        return new ShardedCollection(
                newNamespace, uuid, key, unique, newEpoch, newTimestamp, now, chunks);
    }

    /** The document of {@code config.collections}. */
    BsonDocument toDocument(ServerVersion release) {
        BsonDocument document =
                new BsonDocument("_id", new BsonString(namespace))
                        .append("lastmodEpoch", new BsonObjectId(epoch))
                        .append("lastmod", new BsonDateTime(lastmod));
        if (!release.atLeast(ServerVersion.V5_0)) {
            return document.append("dropped", BsonBoolean.FALSE)
                    .append("key", key.pattern())
                    .append("unique", BsonBoolean.valueOf(unique))
                    .append("uuid", Bson.uuid(uuid))
                    .append("distributionMode", new BsonString("sharded"));
        }
        return document.append("timestamp", timestamp)
                .append("uuid", Bson.uuid(uuid))
                .append("key", key.pattern())
                .append("unique", BsonBoolean.valueOf(unique))
                .append("noBalance", BsonBoolean.FALSE);
    }

    /** The version as changelog lines write it. */
    String versionText(ServerVersion release) {
        BsonTimestamp highest = highestVersion();
        String version = highest.getTime() + "|" + highest.getInc() + "||" + epoch.toHexString();
        return release.atLeast(ServerVersion.V5_0)
                ? version + "||Timestamp(" + timestamp.getTime() + ", " + timestamp.getInc() + ")"
                : version;
    }
}
