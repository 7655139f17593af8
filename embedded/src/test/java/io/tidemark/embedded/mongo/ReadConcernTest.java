package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reads and writes wait for. */
class ReadConcernTest {
    private SimulatedReplicaSet set;
    private InProcessPrimary primary;

    @BeforeEach
    void start() {
        set = SimulatedReplicaSet.builder("rs0").members(3).noopInterval(Duration.ZERO).start();
        primary = set.primary();
        primary.insert("d.a", List.of(BsonDocument.parse("{_id: 1}")), WriteContext.plain());
    }

    @AfterEach
    void stop() {
        set.close();
    }

    private TransactionId prepared() {
        TransactionId id =
                new TransactionId(
                        new BsonDocument("id", new BsonBinary(UUID.randomUUID()))
                                .append("uid", new BsonBinary(new byte[32])),
                        0);
        primary.update(
                "d.a",
                BsonDocument.parse("{_id: 1}"),
                BsonDocument.parse("{$set: {x: 1}}"),
                false,
                false,
                WriteContext.in(id));
        primary.prepareTransaction(id);
        return id;
    }

    private BsonDocument find(BsonDocument readConcern) {
        return primary.run(
                "d", BsonDocument.parse("{find: 'a'}").append("readConcern", readConcern));
    }

    private static BsonDocument first(BsonDocument reply) {
        return reply.getDocument("cursor").getArray("firstBatch").get(0).asDocument();
    }

    @Test
    void aSnapshotReadWaitsForTransactionsPreparedBeforeIt() throws Exception {
        TransactionId id = prepared();
        BsonTimestamp at = primary.lastApplied();
        BsonDocument snapshot =
                BsonDocument.parse("{level: 'snapshot'}").append("atClusterTime", at);
        CompletableFuture<BsonDocument> reading =
                CompletableFuture.supplyAsync(() -> find(snapshot));
        assertThat(first(find(BsonDocument.parse("{level: 'local'}"))))
                .isEqualTo(BsonDocument.parse("{_id: 1}"));
        assertThat(reading).isNotDone();
        primary.commitTransaction(id, Optional.of(at));
        assertThat(first(reading.get(2, TimeUnit.MINUTES)))
                .isEqualTo(BsonDocument.parse("{_id: 1, x: 1}"));
    }

    @Test
    void aWriteWaitsForThePreparedTransactionThatHoldsItsDocument() throws Exception {
        TransactionId id = prepared();
        CompletableFuture<WriteOutcome> writing =
                CompletableFuture.supplyAsync(
                        () ->
                                primary.update(
                                        "d.a",
                                        BsonDocument.parse("{_id: 1}"),
                                        BsonDocument.parse("{$inc: {x: 5}}"),
                                        false,
                                        false,
                                        WriteContext.plain()));
        primary.insert("d.a", List.of(BsonDocument.parse("{_id: 2}")), WriteContext.plain());
        assertThat(writing).isNotDone();
        primary.commitTransaction(id, Optional.of(primary.lastApplied()));
        assertThat(writing.get(2, TimeUnit.MINUTES).modified()).isEqualTo(1);
        assertThat(primary.find("d.a", BsonDocument.parse("{_id: 1}"), Optional.empty()).get(0))
                .isEqualTo(BsonDocument.parse("{_id: 1, x: 6}"));
    }

    @Test
    void aReadAfterAClusterTimeMakesAQuietNodeMove() {
        BsonTimestamp seen = new BsonTimestamp(primary.clusterTime().getTime() + 100, 1);
        primary.advanceClusterTime(seen);
        BsonDocument concern =
                BsonDocument.parse("{level: 'majority'}").append("afterClusterTime", seen);
        assertThat(find(concern).getNumber("ok").intValue()).isEqualTo(1);
        RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
        assertThat(last.getDocument("o").getFirstKey())
                .isEqualTo("noop write for afterClusterTime read concern");
        assertThat(primary.commitPoint()).isGreaterThan(seen);
        concern.put("afterClusterTime", new BsonTimestamp(seen.getTime() + 1000, 1));
        assertThat(find(concern).getString("codeName").getValue()).isEqualTo("InvalidOptions");
    }

    @Test
    void usersListsAreLoggedAsGivenBefore70AndOneByOneLater() {
        BsonDocument list =
                BsonDocument.parse(
                        "{applyOps: [{op: 'i', ns: 'd.a', o: {_id: 5}}, {op: 'c', ns: 'admin.$cmd',"
                                + " o: {applyOps: [{op: 'd', ns: 'd.a', o: {_id: 1}}]}}]}");
        primary.run("admin", list);
        RawBsonDocument nested = set.oplog().get(set.oplog().size() - 1);
        assertThat(nested.getDocument("o").getArray("applyOps")).hasSize(2);
        assertThat(primary.find("d.a", new BsonDocument(), Optional.empty())).hasSize(1);

        try (SimulatedReplicaSet later =
                SimulatedReplicaSet.builder("rs1")
                        .version(ServerVersion.V8_0)
                        .noopInterval(Duration.ZERO)
                        .start()) {
            later.primary()
                    .insert("d.a", List.of(BsonDocument.parse("{_id: 1}")), WriteContext.plain());
            int before = later.oplog().size();
            later.primary().run("admin", list);
            assertThat(later.oplog().subList(before, later.oplog().size()))
                    .extracting(entry -> entry.getString("op").getValue())
                    .containsExactly("i", "d");
        }
    }

    @Test
    void notesMoveTheLogUnlessItIsThereAlready() {
        BsonDocument note = BsonDocument.parse("{appendOplogNote: 1, data: {tick: 1}}");
        primary.run("admin", note);
        RawBsonDocument last = set.oplog().get(set.oplog().size() - 1);
        assertThat(last.getDocument("o")).isEqualTo(BsonDocument.parse("{tick: 1}"));
        note.append("maxClusterTime", new BsonTimestamp(1, 1));
        assertThat(primary.run("admin", note).getInt32("code").getValue()).isEqualTo(209);
    }
}
