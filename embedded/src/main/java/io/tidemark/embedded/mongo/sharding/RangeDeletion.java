package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * What a shard still has to delete after a chunk left it, or after one never arrived: documents
 * nobody owns there. Each step deletes a batch, the last one the task itself.
 */
public final class RangeDeletion implements Stepwise {
    private static final int BATCH = 128;

    private final Core core;
    private final Member shard;
    private final UUID task;
    private final String namespace;
    private final ShardKey key;
    private final BsonDocument min;
    private final BsonDocument max;
    private final long dueMillis;
    private boolean done;

    RangeDeletion(
            Core core,
            Member shard,
            UUID task,
            ShardedCollection collection,
            BsonDocument range,
            long dueMillis) {
        this.core = core;
        this.shard = shard;
        this.task = task;
        this.namespace = collection.namespace();
        this.key = collection.key();
        this.min = range.getDocument("min");
        this.max = range.getDocument("max");
        this.dueMillis = dueMillis;
    }

    public String shard() {
        return shard.id();
    }

    public String namespace() {
        return namespace;
    }

    /** Wall clock, milliseconds, from which the server would run it. */
    public long dueMillis() {
        return dueMillis;
    }

    boolean overlaps(
            String otherShard,
            String otherNamespace,
            BsonDocument otherMin,
            BsonDocument otherMax) {
        return shard.id().equals(otherShard)
                && namespace.equals(otherNamespace)
                && ShardKey.compareKeys(min, otherMax) < 0
                && ShardKey.compareKeys(otherMin, max) < 0;
    }

    @Override
    public Optional<String> next() {
        return done ? Optional.empty() : Optional.of("delete a batch");
    }

    @Override
    public void step() {
        if (done) {
            return;
        }
        List<RawBsonDocument> left =
                Contents.of(shard, namespace).stream()
                        .filter(document -> ShardKey.inRange(key.extract(document), min, max))
                        .limit(BATCH)
                        .toList();
        left.forEach(
                document ->
                        shard.tell(
                                primary ->
                                        primary.delete(
                                                namespace,
                                                new BsonDocument("_id", document.get("_id")),
                                                false,
                                                WriteContext.migration())));
        if (left.size() < BATCH) {
            shard.tell(
                    primary ->
                            primary.delete(
                                    "config.rangeDeletions",
                                    new BsonDocument("_id", Bson.uuid(task)),
                                    false,
                                    WriteContext.plain()));
            forget();
        }
    }

    /** The collection is gone, and the task with it. */
    void forget() {
        done = true;
        core.rangeDeletions.remove(this);
    }
}
