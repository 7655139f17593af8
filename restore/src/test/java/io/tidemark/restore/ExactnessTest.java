package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.serial.SerialCollection;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What restores must leave in every byte, clause by clause: into a simulated server on every build,
 * and into a real engine where {@code TIDEMARK_TEST_MONGO} names an empty one.
 */
final class ExactnessTest {
    private static final String NS = "exact.c";

    /** Where the restore goes. */
    enum Server {
        SIMULATED,
        REAL
    }

    @TempDir Path folder;
    private final HandMadeOplog oplog = new HandMadeOplog();
    private SimulatedReplicaSet simulated;
    private String uri;

    @ParameterizedTest
    @EnumSource(Server.class)
    void nestedApplyOpsOfOldServersIsOpened(Server server) {
        start(server);
        BsonDocument deepest =
                applyOps(HandMadeOplog.deleteOf(NS, id(2)), set(1, "{$v: 1, $set: {a: 5}}"));
        BsonDocument middle = applyOps(insert("{_id: 2}"), deepest, insert("{_id: 3}"));
        oplog.create(NS, new BsonDocument())
                .add(applyOps(insert("{_id: 1, a: 1}"), middle, set(3, "{_id: 3, last: true}")));

        restore(oplog.end());

        assertThat(held())
                .containsExactlyInAnyOrder(hex("{_id: 1, a: 5}"), hex("{_id: 3, last: true}"));
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void eachEntryOfAVectoredInsertStandsForItself(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument())
                .add(vectored(0, applyOps(insert("{_id: 1}"), insert("{_id: 2}"))))
                .add(vectored(2, applyOps(insert("{_id: 3}"), insert("{_id: 4}"))));

        restore(new ClusterTime(9, 2));

        assertThat(held()).containsExactlyInAnyOrder(hex("{_id: 1}"), hex("{_id: 2}"));
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void aTransactionBeyondSixteenMebibytesIsInWithItsLastEntry(Server server) {
        start(server);
        largeTransaction();

        restore(oplog.end());

        assertThat(held()).containsExactlyInAnyOrderElementsOf(replayed());
        assertThat(held()).hasSize(3);
    }

    @Test
    void aTransactionBeyondSixteenMebibytesIsOutBeforeItsLastEntry() {
        start(Server.SIMULATED);
        largeTransaction();

        restore(new ClusterTime(9, 3));

        assertThat(held()).isEmpty();
    }

    /** Three entries of 7 MiB each, which don't fit into what restores keep of transactions. */
    private void largeTransaction() {
        oplog.create(NS, new BsonDocument());
        for (int part = 1; part <= 3; part++) {
            BsonDocument large =
                    BsonDocument.parse("{_id: " + part + "}")
                            .append("pad", new BsonBinary(new byte[7 << 20]));
            BsonDocument entry = applyOps(HandMadeOplog.insertOf(NS, large));
            BsonDocument o = entry.getDocument("o");
            o.append(
                    part < 3 ? "partialTxn" : "count",
                    part < 3 ? BsonBoolean.TRUE : new BsonInt64(3));
            oplog.add(inSession(entry, part == 1 ? 0 : part));
        }
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void valuesOfEveryTypeKeepTheirBytes(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument());
        List<String> wanted = new ArrayList<>();
        EveryType.values()
                .forEach(
                        (name, value) -> {
                            RawDocument document =
                                    EveryType.around(wanted.size(), value, second(server));
                            oplog.add(HandMadeOplog.insertOf(NS, document.toBson()));
                            wanted.add(hex(document));
                        });

        restore(oplog.end());

        assertThat(held()).containsExactlyInAnyOrderElementsOf(wanted);
    }

    /** The engine that real tests run on keeps the last of two fields of one name only. */
    private static String second(Server server) {
        return server == Server.REAL ? "w" : "v";
    }

    /** Whatever a server makes of a name that comes twice: it is kept, or told. */
    @ParameterizedTest
    @EnumSource(Server.class)
    void aFieldNameThatComesTwiceIsKeptOrItsLossIsTold(Server server) {
        start(server);
        RawDocument twice = EveryType.around(1, EveryType.values().get("int"), "v");
        oplog.create(NS, new BsonDocument()).add(HandMadeOplog.insertOf(NS, twice.toBson()));
        try {
            restore(oplog.end());

            assertThat(held()).containsExactly(hex(twice));
        } catch (RestoreException.VerificationFailed told) {
            assertThat(server).isEqualTo(Server.REAL);
            assertThat(held()).isNotEqualTo(List.of(hex(twice)));
            assertThat(told).hasMessageContaining(NS).hasMessageContaining("content differs");
        }
    }

    /** By a delta that is about another field: what is not touched is not rewritten either. */
    @ParameterizedTest
    @EnumSource(Server.class)
    void deltasLeaveEveryTypeBesideThemAlone(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument());
        List<String> wanted = new ArrayList<>();
        for (EveryType.Value value : EveryType.values().values()) {
            int number = wanted.size();
            RawDocument document = EveryType.around(number, value, second(server));
            oplog.add(HandMadeOplog.insertOf(NS, document.toBson()))
                    .add(set(number, "{$v: 2, diff: {i: {z: 1}}}"))
                    .add(set(number, "{$v: 2, diff: {d: {z: false}}}"));
            wanted.add(hex(document));
        }

        restore(oplog.end());

        assertThat(held()).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void deltasTakeFieldNamesAsTheyAre(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument())
                .add(insert("{_id: 1, '': {'0': 1, a: 2}, '0': [1, 2], 'a.b': 1, s: 3}"))
                .add(
                        set(
                                1,
                                "{$v: 2, diff: {d: {s: false}, u: {'a.b': 2}, i: {'$x': 1, 'c.d':"
                                        + " 2}, s: {u: {'0': 9}, i: {'': null, '$y.z': 1}}, s0: {a:"
                                        + " true, l: 4, u1: 7}}}"))
                .add(insert("{_id: 2, t: {$timestamp: {t: 5, i: 5}}, u: 1}"))
                .add(
                        set(
                                2,
                                "{$v: 2, diff: {u: {t: {$timestamp: {t: 0, i: 0}}}, i: {u:"
                                        + " {$timestamp: {t: 0, i: 0}}}}}"));

        restore(oplog.end());

        assertThat(held())
                .containsExactlyInAnyOrder(
                        hex(
                                "{_id: 1, '': {'0': 9, a: 2, '': null, '$y.z': 1}, '0': [1, 7,"
                                        + " null, null], 'a.b': 2, '$x': 1, 'c.d': 2}"),
                        hex(
                                "{_id: 2, t: {$timestamp: {t: 0, i: 0}}, u: {$timestamp: {t: 0, i:"
                                        + " 0}}}"));
        assertThat(held()).containsExactlyInAnyOrderElementsOf(replayed());
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void uniqueKeysMayPassFromOneDocumentToAnother(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument())
                .add(uniqueIndex())
                .add(insert("{_id: 1, k: 'a'}"))
                .add(insert("{_id: 2, k: 'b'}"))
                .add(insert("{_id: 3, k: 'c'}"))
                .add(set(1, "{$v: 2, diff: {u: {k: 'x'}}}"))
                .add(set(2, "{$v: 2, diff: {u: {k: 'a'}}}"))
                .add(set(1, "{$v: 2, diff: {u: {k: 'b'}}}"))
                .add(HandMadeOplog.deleteOf(NS, id(3)))
                .add(insert("{_id: 4, k: 'c'}"));

        RestoreReport report = restore(oplog.end());

        assertThat(report.verified()).isTrue();
        assertThat(held())
                .containsExactlyInAnyOrder(
                        hex("{_id: 1, k: 'b'}"), hex("{_id: 2, k: 'a'}"), hex("{_id: 4, k: 'c'}"));
        assertThat(indexes()).contains("k_1");
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void anIndexThatTheTargetCannotBuildIsNamedAndTheDocumentsStay(Server server) {
        start(server);
        oplog.create(NS, new BsonDocument())
                .add(insert("{_id: 1, k: 'a'}"))
                .add(insert("{_id: 2, k: 'a'}"))
                .add(uniqueIndex())
                .add(index("{createIndexes: 'c', v: 2, key: {z: 1}, name: 'z_1'}"));

        RestoreException.VerificationFailed failed =
                catchThrowableOfType(
                        RestoreException.VerificationFailed.class, () -> restore(oplog.end()));

        assertThat(failed).hasMessageContaining("k_1").hasMessageContaining(NS);
        assertThat(failed.report().verified()).isFalse();
        assertThat(held())
                .containsExactlyInAnyOrder(hex("{_id: 1, k: 'a'}"), hex("{_id: 2, k: 'a'}"));
        assertThat(indexes()).contains("z_1").doesNotContain("k_1");
    }

    private void start(Server server) {
        if (server == Server.SIMULATED) {
            simulated = SimulatedReplicaSet.builder("target").version(ServerVersion.V8_0).start();
            uri = simulated.uri();
            return;
        }
        uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty();
    }

    @AfterEach
    void end() {
        if (simulated != null) {
            simulated.close();
        } else if (uri != null) {
            empty();
        }
    }

    private void empty() {
        try (MongoClient client = MongoClients.create(uri)) {
            client.getDatabase("exact").drop();
            client.getDatabase("tidemark_restore").drop();
        }
    }

    private static BsonDocument insert(String document) {
        return HandMadeOplog.insertOf(NS, BsonDocument.parse(document));
    }

    private static BsonDocument set(int id, String o) {
        return HandMadeOplog.updateOf(NS, id(id), BsonDocument.parse(o));
    }

    private static BsonValue id(int id) {
        return new BsonInt32(id);
    }

    private static BsonDocument applyOps(BsonDocument... operations) {
        return new BsonDocument("op", new BsonString("c"))
                .append("ns", new BsonString("admin.$cmd"))
                .append("o", new BsonDocument("applyOps", new BsonArray(List.of(operations))));
    }

    private static BsonDocument vectored(int previous, BsonDocument applyOps) {
        return inSession(applyOps, previous)
                .append("stmtId", new BsonArray(List.of(new BsonInt32(0), new BsonInt32(1))))
                .append("multiOpType", new BsonInt32(1));
    }

    /**
     * @param previous the increment of the session's entry before; 0 for none
     */
    private static BsonDocument inSession(BsonDocument entry, int previous) {
        BsonDocument prevOpTime =
                new BsonDocument("ts", new BsonTimestamp(previous == 0 ? 0 : 9, previous))
                        .append("t", new BsonInt64(previous == 0 ? -1 : 1));
        return entry.append(
                        "lsid",
                        new BsonDocument("id", new BsonBinary(HandMadeOplog.uuid("session")))
                                .append("uid", new BsonBinary(new byte[32])))
                .append("txnNumber", new BsonInt64(1))
                .append("prevOpTime", prevOpTime);
    }

    private static BsonDocument uniqueIndex() {
        return index("{createIndexes: 'c', v: 2, key: {k: 1}, name: 'k_1', unique: true}");
    }

    private static BsonDocument index(String o) {
        return HandMadeOplog.commandOf(NS, BsonDocument.parse(o));
    }

    private RestoreReport restore(ClusterTime to) {
        RestoreOptions usual = RestoreOptions.defaults();
        RestoreOptions options =
                new RestoreOptions(3, usual.batchBytes(), usual.cacheBytes(), 1 << 20, 2, 1_000);
        try (TestArchive archive = new TestArchive(folder)) {
            archive.slices("rs0", ReplicaSetRole.shard("rs0"), ClusterTime.ZERO, oplog.entries());
            return Restore.run(
                    new RestoreRequest(
                            archive.store(),
                            io.tidemark.storage.frames.FrameKeys.NONE,
                            TestArchive.CLUSTER,
                            to,
                            Map.of("rs0", uri),
                            options),
                    RestoreProgress.silent());
        }
    }

    private List<String> held() {
        try (MongoClient client = MongoClients.create(uri)) {
            List<String> found = new ArrayList<>();
            client.getDatabase("exact")
                    .getCollection("c", RawBsonDocument.class)
                    .find()
                    .forEach(document -> found.add(hex(BsonFiles.raw(document))));
            return found;
        }
    }

    private List<String> indexes() {
        try (MongoClient client = MongoClients.create(uri)) {
            List<String> names = new ArrayList<>();
            client.getDatabase("exact")
                    .getCollection("c")
                    .listIndexes(Document.class)
                    .forEach(index -> names.add(index.getString("name")));
            return names;
        }
    }

    /** What a serial replay makes of it. */
    private List<String> replayed() {
        return oplog.replayed().collections().stream()
                .map(SerialCollection::documents)
                .flatMap(documents -> documents.stream().map(d -> hex(BsonFiles.raw(d))))
                .toList();
    }

    private static String hex(String document) {
        return hex(BsonFiles.json(document));
    }

    /** Large ones by length and hash. */
    private static String hex(RawDocument document) {
        return document.sizeBytes() > 10_000
                ? document.sizeBytes() + ":" + document.hashCode()
                : HexFormat.of().formatHex(document.toBytes());
    }
}
