package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;

/** The documents, noops and changelog lines of one resharding (F§1.5, F§5, F§6). */
final class ReshardingRecords {
    private static final String OPERATIONS = "config.reshardingOperations";

    private final Core core;
    private final ShardedCollection source;
    private final ShardedCollection target;
    private final UUID id;
    private String state = "unused";

    ReshardingRecords(Core core, ShardedCollection source, ShardedCollection target, UUID id) {
        this.core = core;
        this.source = source;
        this.target = target;
        this.id = id;
    }

    /** Name of the copies until they take the collection's over. */
    String temporary() {
        return source.database() + ".system.resharding." + source.uuid();
    }

    private BsonDocument key() {
        return Bson.id(Bson.uuid(id));
    }

    void initialize() {
        BsonDocument document =
                key().append("ns", Bson.string(source.namespace()))
                        .append("ui", Bson.uuid(source.uuid()))
                        .append("tempNs", Bson.string(temporary()))
                        .append("reshardingKey", target.key().pattern())
                        .append("state", Bson.string("initializing"));
        if (core.atLeast(ServerVersion.V8_0)) {
            document.append("provenance", Bson.string("reshardCollection"));
        }
        core.metadata().insert(OPERATIONS, document);
        line("initializing");
    }

    /** The next state: first its document, then its line in the changelog. */
    void enter(String next) {
        core.metadata()
                .update(
                        OPERATIONS,
                        key(),
                        new BsonDocument("$set", new BsonDocument("state", Bson.string(next))),
                        false);
        line(next);
    }

    private void line(String next) {
        BsonDocument details =
                new BsonDocument("newState", Bson.string(next))
                        .append("oldState", Bson.string(state))
                        .append("namespace", Bson.string(source.namespace()))
                        .append("collectionUUID", Bson.string(source.uuid().toString()))
                        .append("reshardingUUID", Bson.string(id.toString()));
        core.changelog()
                .write(
                        core.config(),
                        "resharding.coordinator.transition",
                        source.namespace(),
                        details);
        state = next;
    }

    void insertTemporary() {
        core.metadata().insertTemporary(target, temporary());
    }

    void removeTemporary() {
        core.metadata().removeTemporary(target, temporary());
    }

    /** Change streams learn of the resharding from a noop on the primary shard. */
    void announceStart(Member primary) {
        BsonDocument o2 =
                new BsonDocument("reshardCollection", Bson.string(source.namespace()))
                        .append("reshardUUID", Bson.uuid(id))
                        .append("shardKey", target.key().pattern())
                        .append("oldShardKey", source.key().pattern());
        noop(primary, "Reshard collection " + source.namespace(), o2);
    }

    /**
     * @param type {@code reshardBegin}, {@code reshardFinalOp} or {@code reshardDoneCatchUp}
     */
    void announce(Member shard, String type) {
        BsonDocument o2 =
                new BsonDocument("type", Bson.string(type)).append("reshardingUUID", Bson.uuid(id));
        noop(shard, type + " of " + source.namespace(), o2);
    }

    private void noop(Member shard, String text, BsonDocument o2) {
        shard.tell(
                set ->
                        set.noop(
                                source.namespace(),
                                Optional.of(source.uuid()),
                                new BsonDocument("msg", Bson.string(text)),
                                Optional.of(o2)));
    }

    void commit() {
        enter("committing");
        core.metadata().reshard(source, target, temporary());
    }

    void finish() {
        line("done");
        core.metadata().delete(OPERATIONS, key(), false);
    }
}
