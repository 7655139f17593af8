package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.InProcessPrimary;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/** Renames within a database; a target in the way is dropped if the caller says so. */
final class RenameCollection {
    private final Core core;
    private final String from;
    private final String to;
    private final boolean dropTarget;
    private final Member primary;
    private final Optional<ShardedCollection> sharded;
    private final Optional<ShardedCollection> target;
    private final UUID uuid;

    RenameCollection(Core core, String from, String to, boolean dropTarget) {
        // Before a coordinator begins: one that then failed would leave its document for ever.
        if (from.equals(to)) {
            throw ServerError.illegalOperation("Can't rename a collection to itself");
        }
        core.requireNoTransactionOn(from);
        core.requireNoTransactionOn(to);
        core.requireNotResharded(from);
        core.requireNotResharded(to);
        if (!Namespace.database(from).equals(Namespace.database(to))) {
            throw ServerError.illegalOperation(
                    "Source and destination collections must be on the same database");
        }
        this.core = core;
        this.from = from;
        this.to = to;
        this.dropTarget = dropTarget;
        this.primary = core.primaryOf(Namespace.database(from));
        this.sharded = core.routing().collection(from);
        this.target = core.routing().collection(to);
        this.uuid = requireRenameable();
    }

    private UUID requireRenameable() {
        if (sharded.isPresent() && !core.atLeast(ServerVersion.V5_0)) {
            throw ServerError.illegalOperation("You cannot rename a sharded collection");
        }
        CollectionDescription source =
                primary.call(shard -> shard.collection(from))
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "Source collection " + from + " does not exist"));
        boolean taken = primary.call(shard -> shard.collection(to)).isPresent();
        if (taken && !dropTarget) {
            throw ServerError.namespaceExists("target namespace exists: " + to);
        }
        return source.uuid();
    }

    Stepwise plan() {
        DdlCoordinator coordinator = new DdlCoordinator(core, primary, "renameCollection", from);
        BsonDocument details =
                new BsonDocument("source", Bson.string(from))
                        .append("destination", Bson.string(to));
        boolean logs = core.atLeast(ServerVersion.V5_0);
        coordinator.phase();
        if (logs) {
            coordinator.log(primary, "renameCollection.start", details);
        }
        List<BlockedRange> blocks = List.of(BlockedRange.whole(from), BlockedRange.whole(to));
        coordinator.phase().block(blocks);
        target.ifPresent(
                collection ->
                        coordinator.then(
                                "remove the target's metadata", () -> removeTarget(collection)));
        for (Member shard : core.placesOf(primary, sharded.or(() -> target))) {
            coordinator.then("rename on " + shard.id(), () -> renameOn(shard));
        }
        sharded.ifPresent(
                collection ->
                        coordinator.then("rename the metadata", () -> renameMetadata(collection)));
        coordinator.phase().unblock(blocks);
        if (logs) {
            coordinator.log(primary, "renameCollection.end", details);
        }
        return coordinator.end();
    }

    private void removeTarget(ShardedCollection collection) {
        core.replacing(() -> core.metadata().removeCollection(collection));
    }

    private void renameOn(Member shard) {
        core.rangeDeletions.stream()
                .filter(task -> task.shard().equals(shard.id()) && task.namespace().equals(from))
                .forEach(Stepwise::finish);
        shard.tell(this::renameOn);
        ShardCache.forget(shard, from);
    }

    /** Where it is renamed already, a coordinator that resumes has nothing left to do. */
    private void renameOn(InProcessPrimary shard) {
        Optional<UUID> present = shard.collection(to).map(CollectionDescription::uuid);
        if (shard.collection(from).isPresent()) {
            shard.renameCollection(from, to, dropTarget, WriteContext.plain());
        } else if (dropTarget && present.isPresent() && !present.get().equals(uuid)) {
            shard.dropCollection(to, WriteContext.plain());
        }
    }

    private void renameMetadata(ShardedCollection collection) {
        core.replacing(
                () -> {
                    if (core.routing().collection(from).isPresent()) {
                        BsonTimestamp now = core.config().clusterTime();
                        ShardedCollection renamed =
                                collection.renamed(
                                        to, core.ids.objectId(), now, core.clock.millis());
                        core.metadata().replaceCollection(collection, renamed);
                    }
                });
    }
}
