package io.tidemark.streams;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** The records that capture would write of one replica set, in words. */
final class Oplog {
    static final Incarnation FIRST_LIFE = new Incarnation("65f0c0ffee65f0c0ffee65f0");
    static final Incarnation SECOND_LIFE = new Incarnation("65f0c0ffee65f0c0ffee65f1");

    private final ReplicaSet replicaSet;
    private final List<OplogRecord> records = new ArrayList<>();
    private Incarnation life = FIRST_LIFE;

    Oplog(String replicaSet) {
        this.replicaSet = new ReplicaSet(replicaSet);
    }

    ReplicaSet replicaSet() {
        return replicaSet;
    }

    List<OplogRecord> records() {
        return records;
    }

    static ClusterTime t(long seconds) {
        return new ClusterTime(seconds, 1);
    }

    /** The config servers' beginning, with the shards of that moment. */
    Oplog startsAsConfig(ClusterTime after, Shard... shards) {
        OplogRecord start =
                OplogRecords.start(new Optime(after, 1), life, ReplicaSetRole.CONFIG_SERVER);
        OplogRecords.setShards(start, List.of(shards));
        records.add(start);
        return this;
    }

    Oplog startsAs(ReplicaSetRole role, ClusterTime after) {
        records.add(OplogRecords.start(new Optime(after, 1), life, role));
        return this;
    }

    Oplog isCreatedAnew(ReplicaSetRole role, ClusterTime after) {
        life = SECOND_LIFE;
        return startsAs(role, after);
    }

    Oplog gap(ClusterTime after, ClusterTime through) {
        records.add(
                OplogRecords.gap(
                        new Gap(after, through, "rolled over"), new Optime(after, 1), life));
        return this;
    }

    Oplog entry(OplogEntry entry) {
        records.add(OplogRecords.of(entry, life));
        return this;
    }

    Oplog entry(ClusterTime at, BsonDocument fields) {
        BsonDocument entry = new BsonDocument();
        entry.putAll(fields);
        entry.put("ts", at.toBson());
        entry.put("t", new BsonInt64(1));
        entry.put("v", new BsonInt64(2));
        return entry(OplogEntry.of(bytes(entry)));
    }

    Oplog entry(long seconds, String json) {
        return entry(t(seconds), BsonDocument.parse(json));
    }

    Oplog noop(long seconds) {
        return entry(seconds, "{op:'n', ns:'', o:{msg:'periodic noop'}}");
    }

    Oplog insert(long seconds, String ns, String document) {
        return entry(seconds, "{op:'i', ns:'" + ns + "', o:" + document + "}");
    }

    Oplog addShard(long seconds, String id, String set) {
        return insert(
                seconds, "config.shards", "{_id:'" + id + "', host:'" + set + "/h:1', state:1}");
    }

    Oplog removeShard(long seconds, String id) {
        return entry(seconds, "{op:'d', ns:'config.shards', o:{_id:'" + id + "'}}");
    }

    Oplog log(long seconds, String what, String ns, String details) {
        return line(
                t(seconds),
                new BsonDocument("_id", new BsonString("host-" + seconds + what))
                        .append("what", new BsonString(what))
                        .append("ns", new BsonString(ns))
                        .append("details", BsonDocument.parse(details)));
    }

    /** A changelog line, as the entry that inserted it. */
    Oplog line(ClusterTime at, BsonDocument line) {
        return entry(
                at,
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString("config.changelog"))
                        .append("o", line));
    }

    static ReplicaSetRole shard(String id) {
        return ReplicaSetRole.shard(id);
    }

    static Shard shard(String id, String replicaSet) {
        return new Shard(id, new ReplicaSet(replicaSet));
    }

    static byte[] bytes(BsonDocument document) {
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
        }
        return out.toByteArray();
    }

    static byte[] entryOf(OplogRecord record) {
        ByteBuffer entry = record.getEntry().duplicate();
        byte[] bytes = new byte[entry.remaining()];
        entry.get(bytes);
        return bytes;
    }
}
