package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.ChunkRange;
import java.util.List;
import java.util.Optional;

/** What one entry says about the cluster's topology, not yet interpreted. */
public sealed interface Fact {

    /**
     * A document inserted into {@code config.changelog}.
     *
     * @param what its kind, as the server writes it; the 8.0 form of renameCollection.metadata,
     *     with {@code what} and {@code ns} swapped, is turned round
     * @param ns namespace, database, or empty
     * @param writer id of the shard that wrote it; empty before 4.4
     * @param details may be {@code {}}
     */
    record LogLine(String what, String ns, String writer, RawDocument details) implements Fact {}

    /**
     * A chunk document was written.
     *
     * @param ns 4.x; empty from 5.0 on, which names the collection by UUID
     * @param uuid empty before 5.0 and where only some fields were written
     * @param range empty where only some fields were written
     * @param owner the shard that owns it from now on
     */
    record ChunkWrite(String ns, String uuid, Optional<ChunkRange> range, String owner)
            implements Fact {}

    /**
     * {@code config.collections}.
     *
     * @param removed deleted, or marked {@code dropped} (before 5.0)
     */
    record CollectionWrite(String ns, String uuid, boolean removed) implements Fact {}

    /** {@code config.databases}; {@code primary} is empty where it was not written. */
    record DatabaseWrite(String database, String primary, boolean removed) implements Fact {}

    /**
     * {@code config.shards}.
     *
     * @param replicaSet of the host string {@code set/host:port,…}; empty where it was not written
     * @param draining empty where the write doesn't say
     */
    record ShardWrite(
            String id,
            Optional<ReplicaSet> replicaSet,
            Optional<Boolean> draining,
            boolean inserted,
            boolean removed)
            implements Fact {}

    /** {@code config.reshardingOperations}; {@code state} and others are empty if not written. */
    record ReshardWrite(String uuid, String ns, String state, String provenance, boolean removed)
            implements Fact {}

    /** A DDL coordinator of 5.0+ was stored (it begins) or deleted (it is done) on its shard. */
    record CoordinatorWrite(String ns, String operation, boolean removed) implements Fact {}

    /** A donor's {@code config.migrationCoordinators} document; only {@code id} where deleted. */
    record MigrationWrite(
            String id,
            String ns,
            String donor,
            String recipient,
            Optional<ChunkRange> range,
            boolean removed)
            implements Fact {}

    /**
     * A DDL command in a replica set's oplog.
     *
     * @param name as the server writes it
     * @param ns the collection, or the database for dropDatabase
     * @param detail what tells it from another of the same name and ns: index names, the new name;
     *     for collMod its options
     * @param build {@code indexBuildUUID}; empty for other commands
     * @param fromMigrate the servers' own copying and cleaning up, not a user's command
     */
    record Command(String name, String ns, String detail, String build, boolean fromMigrate)
            implements Fact {
        /** Between the names of several indexes; no name can hold it. */
        static final String AND = "\u0000";

        /** The names of the indexes that it is about. */
        public List<String> indexes() {
            return List.of(detail.split(AND, -1));
        }
    }

    /** A noop with a machine-readable message. */
    record Marker(String name, String ns, String reshardingUuid) implements Fact {}

    /** Entries of this replica set after {@code after}, up to here, are missing. */
    record Missing(ClusterTime after) implements Fact {}

    /** A transaction was prepared on this replica set. */
    record Prepared(RawDocument transaction) implements Fact {}

    /** A prepared transaction's outcome was written on this replica set. */
    record Decided(
            RawDocument transaction, boolean committed, Optional<ClusterTime> commitTimestamp)
            implements Fact {}

    /** The feature compatibility version; {@code transitional} while it is being changed. */
    record FcvWrite(String version, boolean transitional) implements Fact {}
}
