package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One member of a replica set, as a scan reads it. Safe for use by several threads.
 *
 * <p>All methods throw {@link io.tidemark.capture.tail.SourceUnavailableException} where the member
 * doesn't answer: going on later, from this or another member, loses nothing; and {@link
 * io.tidemark.capture.tail.SourceRefusedException} where a person must act.
 */
public interface SnapshotSource extends AutoCloseable {
    /**
     * Where the member stands.
     *
     * @param applied the last entry it has
     * @param majority the last entry of which it knows that a majority holds it; what a read with
     *     read concern majority saw before is not later than this
     * @param rollbackId changes with every rollback of the member
     */
    record State(ClusterTime applied, ClusterTime majority, long rollbackId) {}

    /** What the servers are: as {@code buildInfo} and {@code getParameter} tell. */
    record Versions(String server, Optional<String> feature) {}

    /** A transaction's entry in the oplog. @param previous of the same transaction */
    record TransactionEntry(ClusterTime time, ClusterTime previous) {}

    /** A collection as it is listed at one moment, not as of a cluster time. */
    record Listed(Namespace namespace, UUID uuid, RawDocument options) {}

    /** About how much a collection holds. */
    record Size(long documents, long bytes) {}

    String address();

    Incarnation incarnation();

    Versions versions();

    State state();

    /** First entries of the transactions that are open, of those that have entries. */
    List<ClusterTime> openTransactions();

    /**
     * Entries of transactions in {@code (after, through]} that go on with an earlier entry, in
     * order. Only of what a majority holds.
     */
    List<TransactionEntry> transactionEntries(ClusterTime after, ClusterTime through);

    /**
     * The entry before that one in its transaction; empty for the first.
     *
     * @throws io.tidemark.capture.tail.OplogLostException if the oplog no longer holds it
     */
    Optional<ClusterTime> previousInTransaction(ClusterTime entry);

    /** Every collection that has a UUID, those of views and buckets among them; no views. */
    List<Listed> collections();

    /** Indexes that are ready; empty if the collection is gone. */
    Optional<List<RawDocument>> indexes(Listed collection);

    /** Zero for what is gone. */
    Size size(Listed collection);

    /**
     * {@code {_id: …}} of some documents, taken at random, in the server's order. They only serve
     * to divide the collection: any answer is right.
     */
    List<RawDocument> sample(Listed collection, int count);

    /**
     * Begins to read a collection by its UUID.
     *
     * @throws CollectionGoneException if it was dropped
     * @throws SnapshotLostException if it can't be read as of that time (any more)
     */
    DocumentCursor open(Listed collection, ScanRange range, Optional<ClusterTime> readAt);

    @Override
    void close();
}
