package io.tidemark.storage.slice;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Oplog entries as a server would write them, by a seed. */
public final class TestEntries {
    public static final ClusterName CLUSTER = new ClusterName("shop");
    public static final Incarnation LIFE = new Incarnation("65f000000000000000000001");
    public static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final long TERM = 3;

    private TestEntries() {}

    public static ClusterTime at(long seconds, long increment) {
        return new ClusterTime(1_700_000_000L + seconds, increment);
    }

    public static SliceStart start(ClusterTime after) {
        return new SliceStart(
                CLUSTER, LIFE, RS0, Optional.of(ReplicaSetRole.shard("shard-a")), after, List.of());
    }

    public static OplogEntry insert(ClusterTime time, int payloadBytes, Random random) {
        byte[] payload = new byte[payloadBytes];
        random.nextBytes(payload);
        BsonDocument o =
                new BsonDocument("_id", new BsonInt64(random.nextLong()))
                        .append("text", new BsonString("order " + time))
                        .append("payload", new BsonBinary(payload));
        return entry(time, "i", "shop.orders", o);
    }

    public static OplogEntry noop(ClusterTime time) {
        return entry(time, "n", "", new BsonDocument("msg", new BsonString("periodic noop")));
    }

    public static OplogEntry command(ClusterTime time, BsonDocument o, BsonDocument more) {
        return entry(time, "c", "admin.$cmd", o, more);
    }

    public static OplogEntry entry(ClusterTime time, String op, String ns, BsonDocument o) {
        return entry(time, op, ns, o, new BsonDocument());
    }

    private static OplogEntry entry(
            ClusterTime time, String op, String ns, BsonDocument o, BsonDocument more) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString(op))
                        .append("ns", new BsonString(ns))
                        .append("o", o)
                        .append("ts", new BsonTimestamp(time.bits()))
                        .append("t", new BsonInt64(TERM))
                        .append("v", new BsonInt64(2));
        entry.putAll(more);
        return OplogEntry.of(bytes(entry));
    }

    public static byte[] bytes(BsonDocument document) {
        try (BasicOutputBuffer out = new BasicOutputBuffer();
                BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
            return out.toByteArray();
        }
    }

    /** {@code count} inserts, one each second from second 1 on. */
    public static List<OplogEntry> inserts(int count, int payloadBytes, long seed) {
        Random random = new Random(seed);
        List<OplogEntry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            entries.add(insert(at(i, 1), payloadBytes, random));
        }
        return entries;
    }
}
