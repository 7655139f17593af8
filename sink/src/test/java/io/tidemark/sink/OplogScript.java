package io.tidemark.sink;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import java.util.ArrayList;
import java.util.List;
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

/** Records of one replica set as capture would publish them, by a seed. */
final class OplogScript {
    static final Incarnation LIFE = new Incarnation("65f000000000000000000001");
    static final ReplicaSetRole ROLE = ReplicaSetRole.shard("shard-a");
    private static final long START = 1_700_000_000L;
    private final Random random;
    private final List<OplogRecord> records = new ArrayList<>();
    private final List<OplogEntry> entries = new ArrayList<>();
    private final Incarnation life;
    private ClusterTime now = new ClusterTime(START, 0);

    OplogScript(long seed) {
        this(seed, LIFE);
    }

    OplogScript(long seed, Incarnation life) {
        this.random = new Random(seed);
        this.life = life;
    }

    List<OplogRecord> records() {
        return records;
    }

    List<OplogEntry> entries() {
        return entries;
    }

    ClusterTime now() {
        return now;
    }

    OplogScript start() {
        records.add(OplogRecords.start(new Optime(now, 1), life, ROLE));
        return this;
    }

    OplogScript gap(long seconds) {
        ClusterTime through = new ClusterTime(now.seconds() + seconds, 0);
        Gap gap = new Gap(now, through, "the oplog rolled over");
        records.add(OplogRecords.gap(gap, new Optime(now, 1), life));
        now = through;
        return this;
    }

    /** The time goes on without entries. */
    OplogScript pause(long seconds) {
        now = new ClusterTime(now.seconds() + seconds, 0);
        return this;
    }

    OplogScript insert(int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        random.nextBytes(payload);
        BsonDocument o =
                new BsonDocument("_id", new BsonInt64(random.nextLong()))
                        .append("payload", new BsonBinary(payload));
        return entry("i", "shop.orders", o);
    }

    OplogScript noop() {
        return entry("n", "", new BsonDocument("msg", new BsonString("periodic noop")));
    }

    /** {@code count} inserts and noops of varied size, some in the same second. */
    OplogScript some(int count, int mostBytes) {
        for (int i = 0; i < count; i++) {
            if (random.nextInt(4) == 0) {
                pause(1 + random.nextInt(12));
            }
            if (random.nextInt(5) == 0) {
                noop();
            } else {
                insert(random.nextInt(mostBytes));
            }
        }
        return this;
    }

    private OplogScript entry(String op, String ns, BsonDocument o) {
        now = now.next();
        BsonDocument document =
                new BsonDocument("op", new BsonString(op))
                        .append("ns", new BsonString(ns))
                        .append("o", o)
                        .append("ts", new BsonTimestamp(now.bits()))
                        .append("t", new BsonInt64(1))
                        .append("v", new BsonInt64(2));
        OplogEntry entry = OplogEntry.of(bytes(document));
        entries.add(entry);
        records.add(OplogRecords.of(entry, life));
        return this;
    }

    private static byte[] bytes(BsonDocument document) {
        try (BasicOutputBuffer out = new BasicOutputBuffer();
                BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
            return out.toByteArray();
        }
    }
}
