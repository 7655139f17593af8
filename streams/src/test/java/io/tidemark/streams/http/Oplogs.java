package io.tidemark.streams.http;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.TimelineFold;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** The oplogs of a made-up cluster; entries may be written in any order. */
final class Oplogs {
    private final Map<ReplicaSet, TreeMap<ClusterTime, OplogEntry>> all = new TreeMap<>();

    /** In that second, behind what is there already. */
    void write(ReplicaSet set, long second, String fields) {
        write(set, second, BsonDocument.parse(fields));
    }

    void write(ReplicaSet set, long second, BsonDocument fields) {
        TreeMap<ClusterTime, OplogEntry> oplog = all.computeIfAbsent(set, s -> new TreeMap<>());
        ClusterTime at = new ClusterTime(second, 1);
        while (oplog.containsKey(at)) {
            at = at.next();
        }
        BsonDocument entry = fields.clone();
        entry.append("ts", at.toBson()).append("t", new BsonInt64(1)).append("v", new BsonInt64(2));
        RawBsonDocument raw = new RawBsonDocument(entry, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        oplog.put(at, OplogEntry.of(RawDocument.of(bytes)));
    }

    void noop(ReplicaSet set, long second) {
        write(set, second, "{op:'n', ns:'', o:{msg:'periodic noop'}}");
    }

    /** A line of config.changelog. */
    void log(ReplicaSet config, long second, String what, String ns, String details) {
        BsonDocument line =
                new BsonDocument("_id", new BsonString(what + second + ns))
                        .append("shard", new BsonString("config"))
                        .append("what", new BsonString(what))
                        .append("ns", new BsonString(ns))
                        .append("details", BsonDocument.parse(details));
        write(
                config,
                second,
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString("config.changelog"))
                        .append("o", line));
    }

    void giveTo(TimelineFold fold) {
        all.forEach((set, oplog) -> oplog.values().forEach(entry -> fold.accept(set, entry)));
    }
}
