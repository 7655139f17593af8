package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoSocketException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What takes part in operations without a coordinator: locks, open transactions, stopped nodes. */
class OperationLockTest {
    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private SimulatedReplicaSet set;
    private MongoClient client;

    @BeforeEach
    void start() {
        set = SimulatedReplicaSet.builder("rs0").members(3).noopInterval(Duration.ZERO).start();
        client = MongoClients.create(set.uri());
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private MongoCollection<BsonDocument> locks() {
        return client.getDatabase("admin")
                .getCollection("tidemarkLocks", BsonDocument.class)
                .withWriteConcern(WriteConcern.MAJORITY);
    }

    @Test
    void oneOfManyRacersTakesTheLock() throws Exception {
        locks().createIndex(BsonDocument.parse("{replicaSet: 1}"), new IndexOptions().unique(true));
        ExecutorService racers = Executors.newFixedThreadPool(6);
        List<Callable<Boolean>> tries = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int racer = i;
            tries.add(() -> take(racer));
        }
        int winners = 0;
        for (Future<Boolean> outcome : racers.invokeAll(tries)) {
            winners += outcome.get() ? 1 : 0;
        }
        racers.shutdown();
        assertThat(winners).isEqualTo(1);
        assertThat(locks().countDocuments()).isEqualTo(1);
    }

    private boolean take(int racer) {
        try {
            locks().findOneAndUpdate(
                            BsonDocument.parse("{replicaSet: 'rs0', holder: " + racer + "}"),
                            BsonDocument.parse("{$set: {token: " + racer + "}}"),
                            new FindOneAndUpdateOptions().upsert(true));
            return true;
        } catch (MongoCommandException taken) {
            assertThat(taken.getErrorCode()).isEqualTo(11000);
            return false;
        }
    }

    @Test
    void anOpenTransactionIsSeenWhereABackupLooks() {
        BsonDocument session =
                BsonDocument.parse(
                        "{lsid: {id: {$uuid: '00000000-0000-4000-8000-000000000007'}}, txnNumber:"
                                + " {$numberLong: '1'}, autocommit: false}");
        BsonDocument insert =
                BsonDocument.parse("{insert: 'a', documents: [{_id: 1}], startTransaction: true}");
        insert.putAll(session);
        set.primary().run("d", insert);
        BsonDocument shown = set.primary().run("admin", BsonDocument.parse("{currentOp: 1}"));
        assertThat(shown.getArray("inprog")).hasSize(1);
        assertThat(states()).isEmpty();

        BsonDocument prepare = BsonDocument.parse("{prepareTransaction: 1}");
        prepare.putAll(session);
        BsonTimestamp at = set.primary().run("admin", prepare).getTimestamp("prepareTimestamp");
        BsonDocument record = states().get(0);
        assertThat(record.getString("state").getValue()).isEqualTo("prepared");
        assertThat(record.getDocument("startOpTime").getTimestamp("ts")).isEqualTo(at);

        BsonDocument commit = BsonDocument.parse("{commitTransaction: 1}");
        commit.putAll(session);
        set.primary().run("admin", commit.append("commitTimestamp", at));
        assertThat(states().get(0).getString("state").getValue()).isEqualTo("committed");
        assertThat(states().get(0).containsKey("startOpTime")).isFalse();
    }

    private List<BsonDocument> states() {
        return client.getDatabase("config")
                .getCollection("transactions", BsonDocument.class)
                .find(BsonDocument.parse("{state: {$exists: true}}"))
                .into(new ArrayList<>());
    }

    @Test
    void aSnapshotIsTooOldBeyondItsWindow() {
        SteppedClock clock = SteppedClock.at(1_700_000_000);
        try (SimulatedReplicaSet own =
                SimulatedReplicaSet.builder("rs1").clock(clock).manualTicks().start()) {
            InProcessPrimary primary = own.primary();
            primary.insert("d.a", List.of(BsonDocument.parse("{_id: 1}")), WriteContext.plain());
            BsonTimestamp at = primary.lastApplied();
            clock.advance(Duration.ofSeconds(299));
            primary.insert("d.a", List.of(BsonDocument.parse("{_id: 2}")), WriteContext.plain());
            BsonDocument find = BsonDocument.parse("{find: 'a', readConcern: {level: 'snapshot'}}");
            find.getDocument("readConcern").append("atClusterTime", at);
            BsonDocument cursor = primary.run("d", find).getDocument("cursor");
            assertThat(cursor.getArray("firstBatch")).hasSize(1);
            assertThat(cursor.getTimestamp("atClusterTime")).isEqualTo(at);
            clock.advance(Duration.ofSeconds(10));
            primary.periodicNoop();
            assertThat(primary.run("d", find).getInt32("code").getValue()).isEqualTo(239);
            own.setParameter("minSnapshotHistoryWindowInSeconds", new org.bson.BsonInt32(3600));
            assertThat(primary.run("d", find).getNumber("ok").intValue()).isEqualTo(1);
        }
    }

    @Test
    void aStoppedMemberAnswersNothingUntilItGoesOn() throws Exception {
        SimulatedMember secondary = set.member(2);
        try (MongoClient direct = MongoClients.create(secondary.directUri())) {
            BsonDocument ping = BsonDocument.parse("{ping: 1}");
            direct.getDatabase("admin").runCommand(ping);
            secondary.freeze();
            BsonTimestamp position = secondary.position();
            CompletableFuture<?> asked =
                    CompletableFuture.supplyAsync(
                            () -> direct.getDatabase("admin").runCommand(ping));
            locks().insertOne(BsonDocument.parse("{_id: 1}"));
            awaitWaiting(secondary, "ping");
            Thread.sleep(200);
            assertThat(asked).isNotDone();
            assertThat(secondary.position()).isEqualTo(position);
            secondary.thaw();
            asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(secondary.position()).isEqualTo(set.primary().lastApplied());
        }
    }

    @Test
    void aWriteThatWaitedInAStoppedAndKilledProcessIsNeverCarriedOut() throws Exception {
        SimulatedMember primary = set.member(0);
        locks().insertOne(BsonDocument.parse("{_id: 1}"));
        try (MongoClient direct = MongoClients.create(primary.directUri() + "&retryWrites=false")) {
            // Or it would wait for a connection, and nothing would be written anyway.
            direct.getDatabase("admin").runCommand(BsonDocument.parse("{ping: 1}"));
            primary.freeze();
            CompletableFuture<?> writing =
                    CompletableFuture.supplyAsync(
                            () ->
                                    direct.getDatabase("admin")
                                            .getCollection("tidemarkLocks", BsonDocument.class)
                                            .insertOne(BsonDocument.parse("{_id: 2}")));
            awaitWaiting(primary, "insert");
            primary.kill();
            set.elect(set.member(1));
            assertThatThrownBy(() -> writing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(MongoSocketException.class);
            assertThat(
                            set.primary()
                                    .find(
                                            "admin.tidemarkLocks",
                                            new BsonDocument(),
                                            java.util.Optional.empty()))
                    .hasSize(1);
        }
    }

    private static void awaitWaiting(SimulatedMember stopped, String command) {
        await().atMost(PATIENCE).until(() -> stopped.faults().waiting(command) == 1);
    }
}
