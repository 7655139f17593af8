package io.tidemark.embedded.mongo;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * The primary of a simulated replica set, called without a socket. Every call goes through the same
 * write path as the wire, so it changes data and oplog together. What a server would refuse throws
 * {@link CommandFailure}. Safe for use by several threads.
 */
public interface InProcessPrimary {
    /**
     * Runs any command as if it came over the wire (sessions and transactions by {@code lsid},
     * {@code txnNumber}, {@code startTransaction}, {@code autocommit}; {@code $db} not needed).
     *
     * @return the reply; errors are replies too ({@code ok: 0} with code), as on the wire
     */
    BsonDocument run(String database, BsonDocument command);

    /** Inserts documents in order; the collection is created if absent. */
    WriteOutcome insert(
            String namespace, List<? extends BsonDocument> documents, WriteContext context);

    /**
     * Updates by operators or pipeline-free replacement.
     *
     * @param update operators ({@code $set} …) or a full replacement
     */
    WriteOutcome update(
            String namespace,
            BsonDocument filter,
            BsonDocument update,
            boolean multi,
            boolean upsert,
            WriteContext context);

    WriteOutcome delete(String namespace, BsonDocument filter, boolean multi, WriteContext context);

    /**
     * Writes a noop entry {@code {op: "n"}}.
     *
     * @param namespace {@code ns} of the entry, often empty
     */
    BsonTimestamp noop(
            String namespace, Optional<UUID> uuid, BsonDocument o, Optional<BsonDocument> o2);

    /** Applies the operations atomically, logged as one applyOps entry without a session. */
    BsonTimestamp applyOps(List<BsonDocument> operations);

    /**
     * Creates a collection.
     *
     * @param uuid the UUID it must get; a new one if empty
     */
    UUID createCollection(
            String namespace, BsonDocument options, Optional<UUID> uuid, WriteContext context);

    /** Creates indexes as given; those that exist already are left alone. */
    void createIndexes(String namespace, List<BsonDocument> specs, WriteContext context);

    /** Drops a collection; nothing happens if it does not exist. */
    void dropCollection(String namespace, WriteContext context);

    /** Logs and performs a rename within a database. */
    void renameCollection(String from, String to, boolean dropTarget, WriteContext context);

    /**
     * Tells the node the shard key of a collection, so that document keys in its oplog carry it
     * (shard key fields first, then {@code _id}). Not logged. An empty pattern forgets it.
     */
    void setShardKey(UUID collection, BsonDocument keyPattern);

    /**
     * Writes the prepare entries of an open transaction; from then on its documents block others.
     *
     * @return cluster time of the prepare entry
     */
    BsonTimestamp prepareTransaction(TransactionId id);

    /**
     * Commits.
     *
     * @param commitTimestamp required for a prepared transaction, refused otherwise
     * @return cluster time of the entry that commits it
     */
    BsonTimestamp commitTransaction(TransactionId id, Optional<BsonTimestamp> commitTimestamp);

    void abortTransaction(TransactionId id);

    /**
     * Documents in {@code _id} order.
     *
     * @param at the cluster time to read at; the newest state if empty. Blocks on transactions
     *     prepared at or before it
     */
    List<RawBsonDocument> find(String namespace, BsonDocument filter, Optional<BsonTimestamp> at);

    Optional<CollectionDescription> collection(String namespace);

    List<CollectionDescription> collections();

    /** The greatest cluster time this set knows. */
    BsonTimestamp clusterTime();

    /** Moves the set's logical clock forward to a time seen elsewhere; never back. */
    void advanceClusterTime(BsonTimestamp seen);

    /** Cluster time of the newest oplog entry. */
    BsonTimestamp lastApplied();

    /** Cluster time up to which a majority of members holds the oplog. */
    BsonTimestamp commitPoint();

    /**
     * Blocks until the commit point has reached a time.
     *
     * @return false if the timeout passed first
     */
    boolean awaitCommitPoint(BsonTimestamp time, long timeoutMillis);

    /** Writes the periodic noop now, whether or not the set was quiet. */
    BsonTimestamp periodicNoop();
}
