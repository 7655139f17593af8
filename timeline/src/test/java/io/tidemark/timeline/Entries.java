package io.tidemark.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.event.TopologyEvent;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/** The oplog entries of a made-up cluster, in words. */
final class Entries {
    static final ReplicaSet CFG = new ReplicaSet("cfg");
    static final ReplicaSet RS0 = new ReplicaSet("rs0");
    static final ReplicaSet RS1 = new ReplicaSet("rs1");

    record At(ReplicaSet replicaSet, OplogEntry entry) {}

    private final List<At> all = new ArrayList<>();

    List<At> all() {
        return all;
    }

    static ClusterTime t(long seconds) {
        return new ClusterTime(seconds, 1);
    }

    Entries entry(ReplicaSet set, ClusterTime at, BsonDocument fields) {
        BsonDocument entry = new BsonDocument();
        entry.putAll(fields);
        entry.put("ts", at.toBson());
        entry.put("t", new BsonInt64(1));
        entry.put("v", new BsonInt64(2));
        all.add(new At(set, OplogEntry.of(Doc.of(entry))));
        return this;
    }

    Entries entry(ReplicaSet set, long seconds, String json) {
        return entry(set, t(seconds), BsonDocument.parse(json));
    }

    Entries noop(ReplicaSet set, long seconds) {
        return entry(set, seconds, "{op:'n', ns:'', o:{msg:'periodic noop'}}");
    }

    /** Noops on all three sets: everything up to there is known. */
    Entries quiet(long seconds) {
        return noop(CFG, seconds).noop(RS0, seconds).noop(RS1, seconds);
    }

    Entries insert(ReplicaSet set, long seconds, String ns, String document) {
        return entry(set, seconds, "{op:'i', ns:'" + ns + "', o:" + document + "}");
    }

    Entries log(long seconds, String what, String ns, String details) {
        return log(seconds, what, ns, "config", BsonDocument.parse(details));
    }

    Entries log(long seconds, String what, String ns, String writer, BsonDocument details) {
        return log(t(seconds), what, ns, writer, details);
    }

    Entries log(ClusterTime at, String what, String ns, String writer, BsonDocument details) {
        BsonDocument line =
                new BsonDocument("_id", new BsonString("host-" + at))
                        .append("shard", new BsonString(writer))
                        .append("what", new BsonString(what))
                        .append("ns", new BsonString(ns))
                        .append("details", details);
        return entry(
                CFG,
                at,
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString("config.changelog"))
                        .append("o", line));
    }

    /** A line of a dumped changelog, as the entry that inserted it. */
    Entries line(ClusterTime at, RawDocument line) {
        return entry(
                CFG,
                at,
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString("config.changelog"))
                        .append("o", line.toBson()));
    }

    Entries command(ReplicaSet set, long seconds, String database, String o) {
        return entry(set, seconds, "{op:'c', ns:'" + database + ".$cmd', o:" + o + "}");
    }

    Entries addShard(long seconds, String id, ReplicaSet set) {
        return insert(
                CFG,
                seconds,
                "config.shards",
                "{_id:'" + id + "', host:'" + set + "/h:1', state:1}");
    }

    Entries prepare(ReplicaSet set, long seconds, int txn) {
        return prepare(set, t(seconds), txn);
    }

    Entries prepare(ReplicaSet set, ClusterTime at, int txn) {
        BsonDocument o = BsonDocument.parse("{applyOps:[]}").append("prepare", BsonBoolean.TRUE);
        return entry(set, at, transaction(txn, o));
    }

    Entries commit(ReplicaSet set, long seconds, int txn, long commitAt) {
        return commit(set, t(seconds), txn, t(commitAt));
    }

    Entries commit(ReplicaSet set, ClusterTime at, int txn, ClusterTime commitAt) {
        BsonDocument o =
                new BsonDocument("commitTransaction", new BsonInt32(1))
                        .append("commitTimestamp", commitAt.toBson());
        return entry(set, at, transaction(txn, o));
    }

    Entries abort(ReplicaSet set, long seconds, int txn) {
        return abort(set, t(seconds), txn);
    }

    Entries abort(ReplicaSet set, ClusterTime at, int txn) {
        BsonDocument o = new BsonDocument("abortTransaction", new BsonInt32(1));
        return entry(set, at, transaction(txn, o));
    }

    private static BsonDocument transaction(int txn, BsonDocument o) {
        return new BsonDocument("lsid", new BsonDocument("id", new BsonBinary(new byte[16])))
                .append("txnNumber", new BsonInt64(txn))
                .append("op", new BsonString("c"))
                .append("ns", new BsonString("admin.$cmd"))
                .append("o", o);
    }

    /** What a cluster of shards s0 and s1 makes of them, a second later. */
    List<TopologyEvent> events() {
        quiet(
                all().stream().mapToLong(at -> at.entry().clusterTime().seconds()).max().orElse(0)
                        + 1);
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        return fold.events();
    }

    TopologyEvent onlyEvent() {
        List<TopologyEvent> events = events();
        assertThat(events).hasSize(1);
        return events.get(0);
    }
}
