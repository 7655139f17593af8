package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that an ordinary client could hardly write arrive byte for byte all the same. */
final class UnusualDocumentsTest {
    private static final UUID COLLECTION = new UUID(0x4000, 0x8000_0000_0000_0001L);
    @TempDir Path folder;
    private final List<OplogEntry> oplog = new ArrayList<>();

    @Test
    void arriveInASimulatedReplicaSet() {
        try (SimulatedReplicaSet target =
                SimulatedReplicaSet.builder("target").version(ServerVersion.V8_0).start()) {
            restoreAndCompare(target.uri());
        }
    }

    @Test
    void arriveInARealEngine() {
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty(uri);
        restoreAndCompare(uri);
        empty(uri);
    }

    private void restoreAndCompare(String uri) {
        List<String> expected = new ArrayList<>();
        log("c", "odd.$cmd", BsonDocument.parse("{create: 'c'}"), null);
        for (String document :
                List.of(
                        "{_id: 1, $set: {a: 1}, 'a.b': 2}",
                        "{_id: 2, t: {$timestamp: {t: 0, i: 0}}, u: {v: {$timestamp: {t: 0, i:"
                                + " 0}}}}",
                        "{_id: {$numberLong: '3'}, '': {'': null}}",
                        "{_id: {a: {$numberDouble: '1'}, b: [1, {$minKey: 1}]}, x: {$undefined:"
                                + " true}}",
                        "{_id: 'x', d: {$numberDecimal: '1.500'}, r: {$regularExpression:"
                                + " {pattern: 'a', options: 'i'}}}",
                        "{_id: null, s: {$symbol: 'y'}, c: {$code: 'f()'}}")) {
            BsonDocument parsed = BsonDocument.parse(document);
            log("i", "odd.c", parsed, null);
            expected.add(hex(BsonFiles.raw(parsed)));
        }
        changeIdsThatTheServerFindsEqual(expected);
        expected.add(hex(addLargest()));

        RestoreReport report = restore(uri);

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(contents(uri)).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** 10 becomes 10.0: for the server the same id, for the archive another one. */
    private void changeIdsThatTheServerFindsEqual(List<String> expected) {
        log("i", "odd.c", BsonDocument.parse("{_id: 10, v: 'int'}"), null);
        log("d", "odd.c", BsonDocument.parse("{_id: 10}"), null);
        BsonDocument asDouble = BsonDocument.parse("{_id: {$numberDouble: '10'}, v: 'double'}");
        log("i", "odd.c", asDouble, null);
        expected.add(hex(BsonFiles.raw(asDouble)));
    }

    /** As large as a server allows, and changed by a delta. */
    private RawDocument addLargest() {
        BsonDocument largest = new BsonDocument("_id", new BsonString("largest"));
        largest.append("v", new BsonInt64(1)).append("pad", new BsonBinary(new byte[0]));
        int empty = BsonFiles.raw(largest).sizeBytes();
        largest.put("pad", new BsonBinary(new byte[16 * 1024 * 1024 - empty]));
        log("i", "odd.c", largest, null);
        log(
                "u",
                "odd.c",
                BsonDocument.parse("{$v: 2, diff: {u: {v: {$numberLong: '2'}}}}"),
                new BsonDocument("_id", largest.get("_id")));
        largest.put("v", new BsonInt64(2));
        return BsonFiles.raw(largest);
    }

    private RestoreReport restore(String uri) {
        try (TestArchive archive = new TestArchive(folder)) {
            archive.slices("rs0", ReplicaSetRole.shard("rs0"), ClusterTime.ZERO, oplog);
            return Restore.run(
                    new RestoreRequest(
                            archive.store(),
                            TestArchive.CLUSTER,
                            oplog.get(oplog.size() - 1).clusterTime(),
                            Map.of("rs0", uri)),
                    RestoreProgress.silent());
        }
    }

    private void log(String op, String ns, BsonDocument o, BsonDocument o2) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString(op))
                        .append("ns", new BsonString(ns))
                        .append("ui", new BsonBinary(COLLECTION))
                        .append("o", o);
        if (o2 != null) {
            entry.append("o2", o2);
        }
        entry.append("ts", new BsonTimestamp(9, oplog.size() + 1))
                .append("t", new BsonInt64(1))
                .append("v", new BsonInt64(2));
        oplog.add(OplogEntry.of(BsonFiles.raw(entry)));
    }

    private static List<String> contents(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            List<String> found = new ArrayList<>();
            client.getDatabase("odd")
                    .getCollection("c", RawBsonDocument.class)
                    .find()
                    .forEach(document -> found.add(hex(BsonFiles.raw(document))));
            return found;
        }
    }

    /** Large ones by length and hash. */
    private static String hex(RawDocument document) {
        return document.sizeBytes() > 10_000
                ? document.sizeBytes() + ":" + document.hashCode()
                : document + " " + java.util.HexFormat.of().formatHex(document.toBytes());
    }

    private static void empty(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            client.getDatabase("odd").getCollection("c").drop();
            client.getDatabase("tidemark_restore").getCollection("state").drop();
        }
    }
}
