package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;

/** Drops a collection, sharded or not; one that is not there is fine. */
final class DropCollection {
    private final Core core;
    private final DdlCoordinator coordinator;
    private final String namespace;
    private final Optional<ShardedCollection> sharded;

    DropCollection(
            DdlCoordinator coordinator, String namespace, Optional<ShardedCollection> sharded) {
        this.core = coordinator.core();
        this.coordinator = coordinator;
        this.namespace = namespace;
        this.sharded = sharded;
    }

    static Stepwise of(Core core, String namespace) {
        core.requireNoTransactionOn(namespace);
        core.requireNotResharded(namespace);
        Member primary = core.primaryOf(Namespace.database(namespace));
        DdlCoordinator coordinator = new DdlCoordinator(core, primary, "dropCollection", namespace);
        new DropCollection(coordinator, namespace, core.routing().collection(namespace)).plan();
        return coordinator.end();
    }

    /** Adds the steps to a coordinator's. */
    void plan() {
        Member primary = coordinator.primary();
        List<BlockedRange> whole = List.of(BlockedRange.whole(namespace));
        boolean logs = sharded.isPresent() || core.atLeast(ServerVersion.V5_0);
        coordinator.phase();
        if (logs) {
            coordinator.log(primary, "dropCollection.start", namespace, startDetails(primary));
        }
        coordinator.block(whole).phase();
        boolean metadataFirst =
                core.atLeast(ServerVersion.V5_0) && !core.atLeast(ServerVersion.V8_0);
        if (metadataFirst) {
            removeMetadata(coordinator, sharded);
        }
        for (Member shard : core.placesOf(primary, sharded)) {
            coordinator.then("drop on " + shard.id(), () -> dropOn(shard));
        }
        if (!metadataFirst) {
            removeMetadata(coordinator, sharded);
        }
        coordinator.unblock(whole);
        if (logs) {
            coordinator.log(primary, "dropCollection", namespace, new BsonDocument());
        }
    }

    private BsonDocument startDetails(Member primary) {
        BsonDocument details = new BsonDocument();
        if (core.atLeast(ServerVersion.V5_0)) {
            Optional<UUID> uuid =
                    primary.call(shard -> shard.collection(namespace))
                            .map(CollectionDescription::uuid);
            uuid.ifPresent(known -> details.append("collectionUUID", Bson.uuid(known)));
        }
        return details;
    }

    static void removeMetadata(DdlCoordinator coordinator, Optional<ShardedCollection> sharded) {
        Core core = coordinator.core();
        sharded.ifPresent(
                collection ->
                        coordinator.then(
                                "remove the metadata",
                                () ->
                                        core.replacing(
                                                () ->
                                                        core.metadata()
                                                                .removeCollection(collection))));
    }

    private void dropOn(Member shard) {
        core.rangeDeletions.stream()
                .filter(
                        task ->
                                task.shard().equals(shard.id())
                                        && task.namespace().equals(namespace))
                .forEach(RangeDeletion::forget);
        shard.tell(
                primary -> {
                    if (primary.collection(namespace).isPresent()) {
                        primary.dropCollection(namespace, WriteContext.plain());
                    }
                    BsonDocument tasks = new BsonDocument("nss", Bson.string(namespace));
                    if (primary.collection("config.rangeDeletions").isPresent()) {
                        primary.delete("config.rangeDeletions", tasks, true, WriteContext.plain());
                    }
                });
        ShardCache.forget(shard, namespace);
    }
}
