package io.tidemark.bench;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Random;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Entries of a config server's oplog: users' writes, and every hundredth a step of a migration. */
final class TimelineEntries {
    private static final int EVENT_EVERY = 100;
    private static final long BEGIN_SECONDS = 1_700_000_000;
    private static final int PER_SECOND = 1_000;
    private static final String[] STEPS = {
        "moveChunk.start", "moveChunk.to", "moveChunk.commit", "moveChunk.from"
    };
    private final DocumentMaker documents;

    TimelineEntries(int documentBytes) {
        documents = new DocumentMaker(new Random(7), documentBytes);
    }

    OplogEntry entry(int number) {
        return number % EVENT_EVERY == 0
                ? of(number, "config.changelog", line(number / EVENT_EVERY))
                : of(number, "bench.documents", documents.make(number));
    }

    static ClusterTime time(int number) {
        return new ClusterTime(BEGIN_SECONDS + number / PER_SECOND, 1 + number % PER_SECOND);
    }

    private static BsonDocument line(int number) {
        int move = number / STEPS.length;
        BsonDocument range =
                new BsonDocument("min", new BsonDocument("x", new BsonInt32(move)))
                        .append("max", new BsonDocument("x", new BsonInt32(move + 1)))
                        .append("from", new BsonString("s0"))
                        .append("to", new BsonString("s1"));
        return new BsonDocument("_id", new BsonString("bench-" + number))
                .append("what", new BsonString(STEPS[number % STEPS.length]))
                .append("ns", new BsonString("bench.c" + move % 50))
                .append("details", range);
    }

    private static OplogEntry of(int number, String ns, BsonDocument document) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString("i"))
                        .append("ns", new BsonString(ns))
                        .append("o", document)
                        .append("ts", time(number).toBson())
                        .append("t", new BsonInt64(1))
                        .append("v", new BsonInt64(2));
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, entry, EncoderContext.builder().build());
        }
        return OplogEntry.of(out.toByteArray());
    }
}
