package io.tidemark.capture;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.stream.IntStream;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Oplog entries as a server writes them. */
public final class Entries {
    private Entries() {}

    public static Optime at(long seconds, long increment, long term) {
        return new Optime(new ClusterTime(seconds, increment), term);
    }

    public static OplogEntry initiating(Optime at) {
        return noop(at, "initiating set");
    }

    public static OplogEntry noop(Optime at, String message) {
        return entry(at, "n", "", new BsonDocument("msg", new BsonString(message)));
    }

    public static OplogEntry insert(Optime at, String ns, long id, int padding) {
        return entry(
                at,
                "i",
                ns,
                new BsonDocument("_id", new BsonInt64(id))
                        .append("padding", new BsonBinary(new byte[padding])));
    }

    /** Inserts at {@code from}, and on with rising increments, in the same second and term. */
    public static List<OplogEntry> inserts(Optime from, int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i ->
                                insert(
                                        at(
                                                from.clusterTime().seconds(),
                                                from.clusterTime().increment() + i,
                                                from.term()),
                                        "shop.orders",
                                        i,
                                        16))
                .toList();
    }

    private static OplogEntry entry(Optime at, String op, String ns, BsonDocument o) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString(op))
                        .append("ns", new BsonString(ns))
                        .append("o", o)
                        .append("ts", at.clusterTime().toBson())
                        .append("t", new BsonInt64(at.term()))
                        .append("v", new BsonInt64(2))
                        .append("wall", new BsonDateTime(at.clusterTime().seconds() * 1000));
        RawBsonDocument raw = new RawBsonDocument(entry, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return OplogEntry.of(bytes);
    }
}
