package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.query.ShardKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonObjectId;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;

/**
 * Changes of the catalogue that several sets take part in, step by step (F§6 for their lines in the
 * changelog).
 */
final class Ddl {
    private static final String COORDINATORS = "config.system.sharding_ddl_coordinators";

    private final Core core;
    private final Placement placement;

    Ddl(Core core, Placement placement) {
        this.core = core;
        this.placement = placement;
    }

    private static String database(String namespace) {
        int dot = namespace.indexOf('.');
        return dot < 0 ? namespace : namespace.substring(0, dot);
    }

    private Member primaryOf(String database) {
        return core.shard(
                core.routing()
                        .database(database)
                        .map(Routing.Database::primary)
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "database " + database + " not found")));
    }

    /**
     * From 5.0 a coordinator's document on the primary shard frames the work, so that it survives a
     * failover.
     */
    private void coordinated(
            Steps steps, Member primary, String operation, String subject, Runnable body) {
        boolean recorded = core.atLeast(ServerVersion.V5_0);
        BsonDocument key =
                new BsonDocument(
                        "_id",
                        new BsonDocument("namespace", Bson.string(subject))
                                .append("operationType", Bson.string(operation)));
        if (recorded) {
            steps.then(
                    "record the coordinator",
                    () ->
                            primary.tell(
                                    shard ->
                                            shard.insert(
                                                    COORDINATORS,
                                                    List.of(
                                                            key.clone()
                                                                    .append(
                                                                            "phase",
                                                                            new BsonInt32(0))),
                                                    WriteContext.plain())));
        }
        body.run();
        if (recorded) {
            steps.then(
                    "forget the coordinator",
                    () ->
                            primary.tell(
                                    shard ->
                                            shard.delete(
                                                    COORDINATORS,
                                                    key,
                                                    false,
                                                    WriteContext.plain())));
        }
    }

    private void log(
            Steps steps, Member writer, String what, String subject, BsonDocument details) {
        steps.then("log " + what, () -> core.changelog().write(writer, what, subject, details));
    }

    /** Drops a collection, sharded or not; one that is not there is fine. */
    Stepwise dropCollection(String namespace) {
        Steps steps = new Steps();
        core.requireNoTransactionOn(namespace);
        Member primary = primaryOf(database(namespace));
        Optional<ShardedCollection> sharded = core.routing().collection(namespace);
        ClusterEvent[] event = new ClusterEvent[1];
        steps.then("begin", () -> event[0] = core.begun("dropCollection", namespace));
        coordinated(
                steps,
                primary,
                "dropCollection",
                namespace,
                () -> dropSteps(steps, primary, namespace, sharded));
        steps.then("end", () -> core.ended(event[0]));
        return steps;
    }

    private void dropSteps(
            Steps steps, Member primary, String namespace, Optional<ShardedCollection> sharded) {
        BlockedRange whole = BlockedRange.whole(namespace);
        boolean logs = sharded.isPresent() || core.atLeast(ServerVersion.V5_0);
        Optional<UUID> uuid =
                primary.call(shard -> shard.collection(namespace)).map(CollectionDescription::uuid);
        BsonDocument start = new BsonDocument();
        if (core.atLeast(ServerVersion.V5_0)) {
            uuid.ifPresent(known -> start.append("collectionUUID", Bson.uuid(known)));
        }
        if (logs) {
            log(steps, primary, "dropCollection.start", namespace, start);
        }
        steps.then("block", () -> core.replacing(() -> core.blocked.add(whole)));
        boolean metadataFirst =
                core.atLeast(ServerVersion.V5_0) && !core.atLeast(ServerVersion.V8_0);
        if (metadataFirst) {
            removeMetadata(steps, sharded);
        }
        for (Member shard : placesOf(primary, sharded)) {
            steps.then("drop on " + shard.id(), () -> dropOn(shard, namespace));
        }
        if (!metadataFirst) {
            removeMetadata(steps, sharded);
        }
        steps.then("unblock", () -> core.blocked.remove(whole));
        if (logs) {
            log(steps, primary, "dropCollection", namespace, new BsonDocument());
        }
    }

    private void removeMetadata(Steps steps, Optional<ShardedCollection> sharded) {
        sharded.ifPresent(
                collection ->
                        steps.then(
                                "remove the metadata",
                                () ->
                                        core.replacing(
                                                () ->
                                                        core.metadata()
                                                                .removeCollection(collection))));
    }

    private List<Member> placesOf(Member primary, Optional<ShardedCollection> sharded) {
        List<Member> places = new ArrayList<>(List.of(primary));
        if (sharded.isPresent()) {
            // Also shards that own nothing now may still hold left-overs of it.
            core.shardIds().stream()
                    .filter(shard -> !shard.equals(primary.id()))
                    .forEach(shard -> places.add(core.shard(shard)));
        }
        return places;
    }

    private void dropOn(Member shard, String namespace) {
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

    /** Renames within a database; a target in the way is dropped if the caller says so. */
    Stepwise renameCollection(String from, String to, boolean dropTarget) {
        core.requireNoTransactionOn(from);
        core.requireNoTransactionOn(to);
        if (!database(from).equals(database(to))) {
            throw ServerError.illegalOperation(
                    "Source and destination collections must be on the same database");
        }
        Member primary = primaryOf(database(from));
        Optional<ShardedCollection> sharded = core.routing().collection(from);
        Optional<ShardedCollection> target = core.routing().collection(to);
        requireRenameable(primary, from, to, dropTarget, sharded.isPresent());
        Steps steps = new Steps();
        ClusterEvent[] event = new ClusterEvent[1];
        steps.then("begin", () -> event[0] = core.begun("renameCollection", from));
        coordinated(
                steps,
                primary,
                "renameCollection",
                from,
                () -> {
                    BsonDocument details =
                            new BsonDocument("source", Bson.string(from))
                                    .append("destination", Bson.string(to));
                    boolean logs = core.atLeast(ServerVersion.V5_0);
                    if (logs) {
                        log(steps, primary, "renameCollection.start", from, details);
                    }
                    List<BlockedRange> blocks =
                            List.of(BlockedRange.whole(from), BlockedRange.whole(to));
                    steps.then("block", () -> core.replacing(() -> core.blocked.addAll(blocks)));
                    target.ifPresent(
                            collection ->
                                    steps.then(
                                            "remove the target's metadata",
                                            () ->
                                                    core.replacing(
                                                            () ->
                                                                    core.metadata()
                                                                            .removeCollection(
                                                                                    collection))));
                    for (Member shard : placesOf(primary, sharded.or(() -> target))) {
                        steps.then(
                                "rename on " + shard.id(),
                                () -> renameOn(shard, from, to, dropTarget));
                    }
                    sharded.ifPresent(
                            collection ->
                                    steps.then(
                                            "rename the metadata",
                                            () -> renameMetadata(collection, to)));
                    steps.then("unblock", () -> core.blocked.removeAll(blocks));
                    if (logs) {
                        log(steps, primary, "renameCollection.end", from, details);
                    }
                });
        steps.then("end", () -> core.ended(event[0]));
        return steps;
    }

    private void requireRenameable(
            Member primary, String from, String to, boolean dropTarget, boolean sharded) {
        if (sharded && !core.atLeast(ServerVersion.V5_0)) {
            throw ServerError.illegalOperation("You cannot rename a sharded collection");
        }
        boolean present = primary.call(shard -> shard.collection(from)).isPresent();
        if (!present) {
            throw ServerError.namespaceNotFound("Source collection " + from + " does not exist");
        }
        boolean taken = primary.call(shard -> shard.collection(to)).isPresent();
        if (taken && !dropTarget) {
            throw ServerError.namespaceExists("target namespace exists: " + to);
        }
    }

    private void renameOn(Member shard, String from, String to, boolean dropTarget) {
        core.rangeDeletions.stream()
                .filter(task -> task.shard().equals(shard.id()) && task.namespace().equals(from))
                .forEach(Stepwise::finish);
        shard.tell(
                primary -> {
                    if (primary.collection(from).isPresent()) {
                        primary.renameCollection(from, to, dropTarget, WriteContext.plain());
                    } else if (dropTarget && primary.collection(to).isPresent()) {
                        primary.dropCollection(to, WriteContext.plain());
                    }
                });
        ShardCache.forget(shard, from);
    }

    private void renameMetadata(ShardedCollection collection, String to) {
        core.replacing(
                () -> {
                    BsonTimestamp now = core.config().clusterTime();
                    ShardedCollection renamed =
                            collection.renamed(to, core.ids.objectId(), now, core.clock.millis());
                    core.metadata().replaceCollection(collection, renamed);
                });
    }

    /** Drops a database with all its collections, sharded ones first. */
    Stepwise dropDatabase(String name) {
        Steps steps = new Steps();
        if (core.routing().database(name).isEmpty()) {
            return steps;
        }
        if (core.transactions.touchesDatabase(name)) {
            throw new ServerError(24, "LockTimeout", "A transaction uses database " + name);
        }
        Member primary = primaryOf(name);
        ClusterEvent[] event = new ClusterEvent[1];
        BlockedRange whole = BlockedRange.whole(name);
        steps.then("begin", () -> event[0] = core.begun("dropDatabase", name));
        coordinated(
                steps,
                primary,
                "dropDatabase",
                name,
                () -> {
                    log(steps, primary, "dropDatabase.start", name, new BsonDocument());
                    core.routing().collections().values().stream()
                            .filter(collection -> collection.database().equals(name))
                            .forEach(
                                    collection ->
                                            dropSteps(
                                                    steps,
                                                    primary,
                                                    collection.namespace(),
                                                    Optional.of(collection)));
                    steps.then("block", () -> core.replacing(() -> core.blocked.add(whole)));
                    for (String id : core.shardIds()) {
                        steps.then(
                                "drop on " + id,
                                () ->
                                        core.shard(id)
                                                .run(
                                                        name,
                                                        new BsonDocument(
                                                                "dropDatabase", new BsonInt32(1))));
                    }
                    steps.then(
                            "remove the database",
                            () -> core.replacing(() -> core.metadata().dropDatabase(name)));
                    steps.then("unblock", () -> core.blocked.remove(whole));
                    log(steps, primary, "dropDatabase", name, new BsonDocument());
                });
        steps.then("end", () -> core.ended(event[0]));
        return steps;
    }

    /** Moves a database's unsharded collections to another shard by copying them. */
    Stepwise movePrimary(String name, String to) {
        Routing.Database before =
                core.routing()
                        .database(name)
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "database " + name + " not found"));
        if (core.transactions.touchesDatabase(name)) {
            throw new ServerError(24, "LockTimeout", "A transaction uses database " + name);
        }
        Steps steps = new Steps();
        if (before.primary().equals(to)) {
            return steps;
        }
        Member donor = core.shard(before.primary());
        Member recipient = core.shard(to);
        BsonDocument details =
                new BsonDocument("from", Bson.string(donor.id())).append("to", Bson.string(to));
        Set<String> moved = unsharded(donor, name);
        BlockedRange whole = BlockedRange.whole(name);
        ClusterEvent[] event = new ClusterEvent[1];
        steps.then("begin", () -> event[0] = core.begun("movePrimary", name));
        log(steps, donor, "movePrimary.start", name, details);
        steps.then("block", () -> core.replacing(() -> core.blocked.add(whole)));
        moved.forEach(
                namespace ->
                        steps.then("copy " + namespace, () -> copy(donor, recipient, namespace)));
        if (!core.atLeast(ServerVersion.V7_0)) {
            log(steps, donor, "movePrimary.validating", name, details);
        }
        steps.then(
                "announce",
                () ->
                        donor.tell(
                                shard ->
                                        shard.noop(
                                                name + ".$cmd",
                                                Optional.empty(),
                                                new BsonDocument(
                                                        "msg",
                                                        new BsonDocument(
                                                                "movePrimary", Bson.string(name))),
                                                Optional.of(
                                                        new BsonDocument(
                                                                        "movePrimary",
                                                                        Bson.string(name))
                                                                .append(
                                                                        "from",
                                                                        Bson.string(donor.id()))
                                                                .append("to", Bson.string(to))))));
        steps.then(
                "commit",
                () ->
                        core.replacing(
                                () ->
                                        core.metadata()
                                                .movePrimary(
                                                        before.movedTo(
                                                                to, core.config().clusterTime()))));
        steps.then("unblock", () -> core.blocked.remove(whole));
        log(steps, donor, "movePrimary.commit", name, details);
        moved.forEach(
                namespace ->
                        steps.then(
                                "drop the old " + namespace,
                                () ->
                                        donor.tell(
                                                shard ->
                                                        shard.dropCollection(
                                                                namespace,
                                                                WriteContext.migration()))));
        if (core.atLeast(ServerVersion.V7_0)) {
            log(steps, donor, "movePrimary.end", name, details);
        }
        steps.then("end", () -> core.ended(event[0]));
        return steps;
    }

    private Set<String> unsharded(Member donor, String name) {
        Set<String> found = new TreeSet<>();
        donor.call(shard -> shard.collections()).stream()
                .map(CollectionDescription::namespace)
                .filter(namespace -> namespace.startsWith(name + "."))
                .filter(namespace -> core.routing().collection(namespace).isEmpty())
                .forEach(found::add);
        return found;
    }

    /** The copy of an unsharded collection gets a UUID of its own. */
    private void copy(Member donor, Member recipient, String namespace) {
        CollectionDescription source =
                donor.call(shard -> shard.collection(namespace)).orElseThrow();
        CollectionDescription target =
                new CollectionDescription(
                        namespace, core.ids.uuid(), source.options(), source.indexes());
        CollectionCopies.ensure(core, target, recipient);
        core.oracle.copied(source.uuid(), target.uuid());
        List<RawBsonDocument> documents = Contents.of(donor, namespace);
        if (!documents.isEmpty()) {
            recipient.tell(shard -> shard.insert(namespace, documents, WriteContext.migration()));
        }
    }

    /**
     * Makes a shard key longer; ranges keep their meaning, the new fields being as small as can be.
     */
    Stepwise refineShardKey(String namespace, BsonDocument pattern) {
        ShardedCollection before = core.sharded(namespace);
        core.requireNoTransactionOn(namespace);
        ShardKey key = new ShardKey(pattern);
        List<String> names = new ArrayList<>(pattern.keySet());
        if (!names.subList(0, Math.min(names.size(), before.key().pattern().size()))
                .equals(new ArrayList<>(before.key().pattern().keySet()))) {
            throw ServerError.invalidOptions(
                    "refineCollectionShardKey shard key "
                            + pattern
                            + " must extend the current one");
        }
        ObjectId epoch = core.ids.objectId();
        Steps steps = new Steps();
        ClusterEvent[] event = new ClusterEvent[1];
        steps.then("begin", () -> event[0] = core.begun("refineShardKey", namespace));
        log(
                steps,
                core.config(),
                "refineCollectionShardKey.start",
                namespace,
                new BsonDocument("oldKey", before.key().pattern())
                        .append("newKey", pattern)
                        .append("oldEpoch", new BsonObjectId(before.epoch()))
                        .append("newEpoch", new BsonObjectId(epoch)));
        steps.then("commit", () -> core.replacing(() -> refine(before, key, epoch)));
        for (String shard : before.shards()) {
            steps.then(
                    "announce on " + shard, () -> announceRefined(core.shard(shard), before, key));
        }
        log(steps, core.config(), "refineCollectionShardKey.end", namespace, new BsonDocument());
        steps.then("end", () -> core.ended(event[0]));
        return steps;
    }

    private void refine(ShardedCollection before, ShardKey key, ObjectId epoch) {
        BsonTimestamp now = core.config().clusterTime();
        List<Chunk> chunks =
                core.sharded(before.namespace()).chunks().stream()
                        .map(
                                chunk ->
                                        new Chunk(
                                                chunk.id(),
                                                longer(chunk.min(), key),
                                                longer(chunk.max(), key),
                                                chunk.shard(),
                                                chunk.version(),
                                                chunk.history()))
                        .toList();
        ShardedCollection refined =
                new ShardedCollection(
                        before.namespace(),
                        before.uuid(),
                        key,
                        before.unique(),
                        epoch,
                        now,
                        core.clock.millis(),
                        chunks);
        core.metadata().replaceCollection(before, refined);
    }

    private static BsonDocument longer(BsonDocument bound, ShardKey key) {
        boolean last = bound.values().stream().allMatch(value -> value instanceof BsonMaxKey);
        BsonDocument longer = Bson.copy(bound);
        key.pattern()
                .keySet()
                .forEach(
                        name ->
                                longer.putIfAbsent(
                                        name, last ? new BsonMaxKey() : new BsonMinKey()));
        return longer;
    }

    private void announceRefined(Member shard, ShardedCollection before, ShardKey key) {
        BsonDocument o2 =
                new BsonDocument("refineCollectionShardKey", Bson.string(before.namespace()))
                        .append("shardKey", key.pattern())
                        .append("oldShardKey", before.key().pattern());
        shard.tell(
                primary -> {
                    primary.setShardKey(before.uuid(), key.pattern());
                    primary.noop(
                            before.namespace(),
                            Optional.of(before.uuid()),
                            new BsonDocument(
                                    "msg",
                                    new BsonDocument(
                                            "refineCollectionShardKey",
                                            Bson.string(before.namespace()))),
                            Optional.of(o2));
                });
        ShardCache.refresh(core, shard, core.sharded(before.namespace()));
    }

    Placement placement() {
        return placement;
    }
}
