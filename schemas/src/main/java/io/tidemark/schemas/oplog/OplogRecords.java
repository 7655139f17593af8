package io.tidemark.schemas.oplog;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.OptimeRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.avro.ShardRecord;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Between {@link OplogEntry} and the record on the topic: value, key and headers in one place, so
 * that what capture writes and what sink, streams and auditors read can't differ.
 */
public final class OplogRecords {
    /**
     * Record header with the record's kind in ASCII, so that a reader can skip without decoding.
     */
    public static final String KIND_HEADER = "k";

    /** Record header with the entry's namespace in UTF-8. */
    public static final String NAMESPACE_HEADER = "n";

    private OplogRecords() {}

    /** The entry's record; its bytes are shared, not copied. */
    public static OplogRecord of(OplogEntry entry, Incarnation incarnation) {
        OplogRecord record = blank(entry.shape().recordKind(), entry.optime(), incarnation);
        entry.wallMillis().ifPresent(record::setWallMillis);
        record.setOp(entry.op());
        record.setNs(entry.ns());
        entry.collectionUuid().ifPresent(uuid -> record.setCollectionUuid(uuid.toString()));
        entry.documentId().ifPresent(id -> record.setDocumentKey(ByteBuffer.wrap(documentKey(id))));
        entry.transactionKey().ifPresent(k -> record.setTransactionKey(ByteBuffer.wrap(k.bson())));
        record.setFromMigrate(entry.fromMigrate());
        record.setEntry(
                ByteBuffer.wrap(
                        entry.raw().array(), entry.raw().offset(), entry.raw().sizeBytes()));
        return record;
    }

    /**
     * The fact that entries are missing.
     *
     * @param after the last entry published, with the term that tells it from a rolled-back one
     */
    public static OplogRecord gap(Gap gap, Optime after, Incarnation incarnation) {
        OplogRecord record =
                blank(RecordKind.GAP, new Optime(gap.through(), after.term()), incarnation);
        record.setGapAfter(
                new OptimeRecord(
                        after.clusterTime().seconds(),
                        after.clusterTime().increment(),
                        after.term()));
        record.setReason(gap.reason());
        return record;
    }

    /**
     * The fact that an incarnation's record begins here.
     *
     * @param from the cluster time just before the first entry that follows, exclusive; 0:0 if that
     *     entry is the first one the replica set ever wrote
     */
    public static OplogRecord start(Optime from, Incarnation incarnation) {
        return blank(RecordKind.START, from, incarnation);
    }

    /** As {@link #start(Optime, Incarnation)}, with what the replica set is to its cluster. */
    public static OplogRecord start(Optime from, Incarnation incarnation, ReplicaSetRole role) {
        OplogRecord record = start(from, incarnation);
        record.setRole(role.toString());
        return record;
    }

    /** Of a START record: the replica set's role, if the writer knew it. */
    public static Optional<ReplicaSetRole> role(OplogRecord record) {
        return Optional.ofNullable(record.getRole()).flatMap(ReplicaSetRole::parse);
    }

    /** Of the config servers' START record: the shards of that moment, if the writer knew them. */
    public static Optional<List<Shard>> shards(OplogRecord record) {
        return Optional.ofNullable(record.getShards())
                .map(
                        shards ->
                                shards.stream()
                                        .map(
                                                s ->
                                                        new Shard(
                                                                s.getId(),
                                                                new ReplicaSet(s.getReplicaSet())))
                                        .toList());
    }

    /** Tells a START record the cluster's shards. */
    public static void setShards(OplogRecord start, Collection<Shard> shards) {
        start.setShards(
                shards.stream().map(s -> new ShardRecord(s.id(), s.replicaSet().name())).toList());
    }

    public static ClusterTime clusterTime(OplogRecord record) {
        return new ClusterTime(record.getSeconds(), record.getIncrement());
    }

    public static Optime optime(OplogRecord record) {
        return new Optime(clusterTime(record), record.getTerm());
    }

    /** Of a GAP record: the missing run. */
    public static Optional<Gap> gap(OplogRecord record) {
        OptimeRecord after = record.getGapAfter();
        if (record.getKind() != RecordKind.GAP || after == null) {
            return Optional.empty();
        }
        ClusterTime from = new ClusterTime(after.getSeconds(), after.getIncrement());
        return Optional.of(new Gap(from, clusterTime(record), String.valueOf(record.getReason())));
    }

    /**
     * The record key: namespace, and for i, u and d a NUL and the BSON document {@code {_id}}
     * behind it.
     */
    public static byte[] key(OplogRecord record) {
        byte[] ns = record.getNs().getBytes(StandardCharsets.UTF_8);
        ByteBuffer id = record.getDocumentKey();
        if (id == null) {
            return ns;
        }
        ByteBuffer key = ByteBuffer.allocate(ns.length + 1 + id.remaining());
        return key.put(ns).put((byte) 0).put(id.duplicate()).array();
    }

    private static byte[] documentKey(RawElement id) {
        return new RawDocumentBuilder(id.valueSizeBytes() + 16).append("_id", id).build();
    }

    private static OplogRecord blank(RecordKind kind, Optime optime, Incarnation incarnation) {
        OplogRecord record = new OplogRecord();
        record.setKind(kind);
        record.setSeconds(optime.clusterTime().seconds());
        record.setIncrement(optime.clusterTime().increment());
        record.setTerm(optime.term());
        record.setIncarnation(incarnation.id());
        record.setNs("");
        record.setFromMigrate(false);
        return record;
    }
}
