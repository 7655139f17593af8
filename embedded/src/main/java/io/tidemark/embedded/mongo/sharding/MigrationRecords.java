package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/** The bookkeeping documents, noops and changelog lines of one migration (F§5, F§6). */
final class MigrationRecords {
    private static final String COORDINATORS = "config.migrationCoordinators";
    private static final String RANGE_DELETIONS = "config.rangeDeletions";

    private final Core core;
    private final ShardedCollection collection;
    private final Chunk chunk;
    private final Member donor;
    private final Member recipient;
    private final UUID id;
    private final BsonDocument key;

    MigrationRecords(
            Core core,
            ShardedCollection collection,
            Chunk chunk,
            Member donor,
            Member recipient,
            UUID id) {
        this.core = core;
        this.collection = collection;
        this.chunk = chunk;
        this.donor = donor;
        this.recipient = recipient;
        this.id = id;
        this.key = new BsonDocument("_id", Bson.uuid(id));
    }

    private String namespace() {
        return collection.namespace();
    }

    BsonDocument details() {
        return Bson.range(chunk.min(), chunk.max())
                .append("from", Bson.string(donor.id()))
                .append("to", Bson.string(recipient.id()));
    }

    private static void insert(Member on, String namespace, BsonDocument document) {
        on.tell(primary -> primary.insert(namespace, List.of(document), WriteContext.plain()));
    }

    private static void update(
            Member on, String namespace, BsonDocument filter, BsonDocument update, boolean upsert) {
        on.tell(
                primary ->
                        primary.update(
                                namespace, filter, update, false, upsert, WriteContext.plain()));
    }

    private static void delete(Member on, String namespace, BsonDocument filter) {
        on.tell(primary -> primary.delete(namespace, filter, false, WriteContext.plain()));
    }

    void recordOnDonor() {
        BsonDocument version =
                new BsonDocument("e", new org.bson.BsonObjectId(collection.epoch()))
                        .append("t", collection.timestamp())
                        .append("v", chunk.version());
        insert(
                donor,
                COORDINATORS,
                key.clone()
                        .append("nss", Bson.string(namespace()))
                        .append("collectionUuid", Bson.uuid(collection.uuid()))
                        .append("donorShardId", Bson.string(donor.id()))
                        .append("recipientShardId", Bson.string(recipient.id()))
                        .append("range", Bson.range(chunk.min(), chunk.max()))
                        .append("preMigrationChunkVersion", version)
                        .append(
                                "lsid",
                                Bson.session(new BsonDocument("id", Bson.uuid(core.ids.uuid()))))
                        .append("txnNumber", new BsonInt64(0)));
        insert(donor, RANGE_DELETIONS, rangeDeletion(true));
    }

    private BsonDocument rangeDeletion(boolean onDonor) {
        BsonDocument task =
                key.clone()
                        .append("nss", Bson.string(namespace()))
                        .append("collectionUuid", Bson.uuid(collection.uuid()))
                        .append("donorShardId", Bson.string(donor.id()))
                        .append("range", Bson.range(chunk.min(), chunk.max()))
                        .append("pending", BsonBoolean.TRUE)
                        .append("whenToClean", Bson.string(onDonor ? "delayed" : "now"));
        if (core.atLeast(ServerVersion.V5_0)) {
            task.append("timestamp", core.config().clusterTime());
        }
        if (core.atLeast(ServerVersion.V6_0)) {
            task.append("keyPattern", collection.key().pattern());
        }
        return task;
    }

    void recordOnRecipient() {
        insert(recipient, RANGE_DELETIONS, rangeDeletion(false));
    }

    /**
     * Change streams must learn that a shard begins to hold the collection, before it may be
     * written there.
     */
    void announceFirstChunk() {
        if (!core.sharded(namespace()).shards().contains(recipient.id())) {
            BsonDocument o2 =
                    new BsonDocument("migrateChunkToNewShard", Bson.string(namespace()))
                            .append("fromShardId", Bson.string(donor.id()))
                            .append("toShardId", Bson.string(recipient.id()));
            String text =
                    "Migrating chunk from shard "
                            + donor.id()
                            + " to shard "
                            + recipient.id()
                            + " with no chunks for this collection";
            noop(text, o2);
        }
    }

    private void noop(String text, BsonDocument o2) {
        BsonDocument o = new BsonDocument("msg", Bson.string(text));
        donor.tell(
                primary ->
                        primary.noop(
                                namespace(), Optional.of(collection.uuid()), o, Optional.of(o2)));
    }

    void enterCriticalSection() {
        update(
                donor,
                "config.cache.collections",
                Bson.id(namespace()),
                new BsonDocument(
                        "$inc", new BsonDocument("enterCriticalSectionCounter", new BsonInt32(1))),
                true);
    }

    void criticalSectionOnRecipient() {
        insert(
                recipient,
                "config.migrationRecipients",
                key.clone()
                        .append("nss", Bson.string(namespace()))
                        .append("donorShardId", Bson.string(donor.id()))
                        .append("range", Bson.range(chunk.min(), chunk.max())));
        insert(
                recipient,
                "config.collection_critical_sections",
                Bson.id(namespace())
                        .append(
                                "reason",
                                new BsonDocument("command", Bson.string("RECV_CHUNK"))
                                        .append("migrationId", Bson.uuid(id)))
                        .append("blockReads", BsonBoolean.FALSE));
    }

    void releaseOnRecipient() {
        delete(recipient, "config.collection_critical_sections", Bson.id(namespace()));
        delete(recipient, "config.migrationRecipients", key);
    }

    void committedOnDonor() {
        ShardedCollection now = core.sharded(namespace());
        ShardCache.refresh(core, donor, now);
        if (!now.shards().contains(donor.id())) {
            noop(
                    "Migrate the last chunk for " + namespace() + " off shard " + donor.id(),
                    new BsonDocument("migrateLastChunkFromShard", Bson.string(namespace()))
                            .append("shardId", Bson.string(donor.id())));
        }
        decide("committed");
    }

    void abortedOnDonor() {
        decide("aborted");
    }

    private void decide(String decision) {
        update(
                donor,
                COORDINATORS,
                key,
                new BsonDocument("$set", new BsonDocument("decision", new BsonString(decision))),
                false);
    }

    void cleanUpAfterCommit() {
        delete(recipient, RANGE_DELETIONS, key);
        ShardCache.refresh(core, recipient, core.sharded(namespace()));
        update(
                donor,
                RANGE_DELETIONS,
                key,
                new BsonDocument("$unset", new BsonDocument("pending", Bson.string(""))),
                false);
        delete(donor, COORDINATORS, key);
    }

    void cleanUpAfterAbort() {
        delete(donor, RANGE_DELETIONS, key);
        delete(recipient, RANGE_DELETIONS, key);
        delete(donor, COORDINATORS, key);
    }

    void logRecipientEnd(String note, String error) {
        int all = core.atLeast(ServerVersion.V8_0) ? 8 : 7;
        core.changelog().write(recipient, "moveChunk.to", namespace(), end(all, note, error));
    }

    void logDonorEnd(String note, String error) {
        core.changelog().write(donor, "moveChunk.from", namespace(), end(6, note, error));
    }

    private BsonDocument end(int all, String note, String error) {
        BsonDocument details = Bson.range(chunk.min(), chunk.max());
        int taken = note.equals("success") ? all : 2;
        for (int i = 1; i <= taken; i++) {
            details.append("step " + i + " of " + all, new BsonInt32(i));
        }
        details.append("to", Bson.string(recipient.id()))
                .append("from", Bson.string(donor.id()))
                .append("note", Bson.string(note));
        return error == null ? details : details.append("errmsg", Bson.string(error));
    }
}
