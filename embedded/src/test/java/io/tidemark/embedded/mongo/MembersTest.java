package io.tidemark.embedded.mongo;

import static com.mongodb.client.model.Filters.gte;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.CursorType;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoQueryException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MembersTest {
    private SimulatedReplicaSet set;
    private MongoClient client;
    private MongoCollection<Document> orders;

    @BeforeEach
    void start() {
        set =
                SimulatedReplicaSet.builder("rs0")
                        .noopInterval(Duration.ZERO)
                        .members(3)
                        .hiddenMember(Map.of("use", "backup"))
                        .start();
        client = MongoClients.create(set.uri());
        orders =
                client.getDatabase("shop")
                        .getCollection("orders")
                        .withWriteConcern(WriteConcern.W1);
        orders.insertOne(new Document("_id", 0));
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private void pauseSecondaries() {
        set.member(1).pauseReplication();
        set.member(2).pauseReplication();
        set.member(3).pauseReplication();
    }

    private long count(ReadConcern concern) {
        return orders.withReadConcern(concern).countDocuments();
    }

    @Test
    void majorityReadsStopWhereAMajorityStops() {
        pauseSecondaries();
        orders.insertOne(new Document("_id", 1));
        assertThat(count(ReadConcern.LOCAL)).isEqualTo(2);
        assertThat(count(ReadConcern.MAJORITY)).isEqualTo(1);
        List<Document> majority =
                client.getDatabase("local")
                        .getCollection("oplog.rs")
                        .withReadConcern(ReadConcern.MAJORITY)
                        .find(gte("ts", new BsonTimestamp(0)))
                        .into(new ArrayList<>());
        assertThat(majority.get(majority.size() - 1).get("ts"))
                .isEqualTo(set.primary().commitPoint());
        assertThatThrownBy(
                        () ->
                                orders.withWriteConcern(
                                                WriteConcern.MAJORITY.withWTimeout(
                                                        50, TimeUnit.MILLISECONDS))
                                        .insertOne(new Document("_id", 2)))
                .isInstanceOf(MongoWriteConcernException.class);
        set.member(1).resumeReplication();
        set.member(2).resumeReplication();
        assertThat(count(ReadConcern.MAJORITY)).isEqualTo(3);
    }

    @Test
    void aLaggingSecondaryShowsItsOwnPast() {
        BsonTimestamp before = set.member(3).position();
        set.member(3).pauseReplication();
        orders.insertOne(new Document("_id", 1));
        try (MongoClient hidden = MongoClients.create(set.member(3).directUri())) {
            MongoCollection<Document> there =
                    hidden.getDatabase("shop")
                            .getCollection("orders")
                            .withReadPreference(ReadPreference.nearest());
            assertThat(there.find().into(new ArrayList<>())).hasSize(1);
            assertThatThrownBy(() -> there.insertOne(new Document("_id", 9)))
                    .isInstanceOf(MongoException.class);
        }
        assertThat(set.member(3).position()).isEqualTo(before);
    }

    @Test
    void anElectionRollsBackWhatTheNewPrimaryNeverHad() {
        pauseSecondaries();
        orders.insertOne(new Document("_id", 1));
        orders.deleteOne(new Document("_id", 0));
        BsonTimestamp lost = set.primary().lastApplied();
        set.elect(set.member(1));
        set.member(2).resumeReplication();
        set.member(3).resumeReplication();

        assertThat(orders.find().into(new ArrayList<>())).containsExactly(new Document("_id", 0));
        List<RawBsonDocument> log = set.oplog();
        assertThat(log).noneMatch(entry -> entry.getTimestamp("ts").equals(lost));
        RawBsonDocument last = log.get(log.size() - 1);
        assertThat(last.getDocument("o").getString("msg").getValue()).isEqualTo("new primary");
        assertThat(last.getInt64("t").getValue()).isEqualTo(2);
        assertThat(last.getTimestamp("ts")).isGreaterThan(lost);
        assertThat(set.oracle().documentsAt("shop.orders", set.primary().lastApplied()))
                .containsExactly(new RawBsonDocument(BsonDocument.parse("{_id: 0}"), CODEC));
        orders.withWriteConcern(WriteConcern.MAJORITY).insertOne(new Document("_id", 5));
        assertThat(client.getClusterDescription().getServerDescriptions()).hasSize(3);
    }

    private static final org.bson.codecs.BsonDocumentCodec CODEC =
            new org.bson.codecs.BsonDocumentCodec();

    @Test
    void aMajorityCommittedEntryCannotBeElectedAway() {
        set.member(2).pauseReplication();
        orders.withWriteConcern(WriteConcern.MAJORITY).insertOne(new Document("_id", 1));
        assertThatThrownBy(() -> set.elect(set.member(2)))
                .isInstanceOf(IllegalStateException.class);
        set.kill(0);
        set.member(2).resumeReplication();
        set.elect(set.member(1));
        assertThat(orders.countDocuments()).isEqualTo(2);
    }

    @Test
    void aKilledPrimaryComesBackWithItsData() {
        set.killAll();
        set.restartAll();
        assertThat(orders.countDocuments()).isEqualTo(1);
        orders.insertOne(new Document("_id", 1));
        assertThat(orders.countDocuments()).isEqualTo(2);
    }

    @Test
    void aCursorWhoseEntryWasOverwrittenDies() {
        MongoCollection<BsonDocument> oplog =
                client.getDatabase("local").getCollection("oplog.rs", BsonDocument.class);
        try (MongoCursor<BsonDocument> cursor =
                oplog.find(gte("ts", new BsonTimestamp(0)))
                        .cursorType(CursorType.TailableAwait)
                        .batchSize(1)
                        .iterator()) {
            cursor.next();
            orders.insertOne(new Document("_id", 1));
            set.truncateOplogBefore(set.primary().lastApplied());
            assertThatThrownBy(
                            () -> {
                                cursor.next();
                                cursor.next();
                            })
                    .isInstanceOfSatisfying(
                            MongoQueryException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(136));
        }
    }

    @Test
    void aResyncedMemberHasLostItsOldEntries() {
        set.member(3).resync();
        orders.insertOne(new Document("_id", 1));
        try (MongoClient hidden = MongoClients.create(set.member(3).directUri())) {
            List<Document> entries =
                    hidden.getDatabase("local")
                            .getCollection("oplog.rs")
                            .find()
                            .into(new ArrayList<>());
            assertThat(entries).hasSize(2);
            Document config =
                    hidden.getDatabase("admin")
                            .runCommand(new Document("replSetGetConfig", 1))
                            .get("config", Document.class);
            assertThat(config.get("settings", Document.class).get("replicaSetId"))
                    .isEqualTo(set.replicaSetId());
        }
    }

    @Test
    void aQuietSetWritesNoopsWithItsClock() {
        SteppedClock clock = SteppedClock.at(1_700_000_000);
        try (SimulatedReplicaSet quiet =
                SimulatedReplicaSet.builder("q").clock(clock).manualTicks().start()) {
            quiet.tick();
            clock.advance(Duration.ofSeconds(9));
            quiet.tick();
            assertThat(quiet.oplog()).hasSize(2);
            clock.advance(Duration.ofSeconds(1));
            quiet.tick();
            assertThat(quiet.oplog()).hasSize(3);
            assertThat(quiet.primary().lastApplied())
                    .isEqualTo(new BsonTimestamp(1_700_000_010, 1));
            quiet.primary().advanceClusterTime(new BsonTimestamp(1_700_000_050, 7));
            assertThat(quiet.primary().periodicNoop())
                    .isEqualTo(new BsonTimestamp(1_700_000_050, 8));
        }
    }

    @Test
    void snapshotReadsSeeOneClusterTime() {
        BsonTimestamp before = set.primary().lastApplied();
        orders.insertOne(new Document("_id", 1));
        Document found =
                client.getDatabase("shop")
                        .runCommand(
                                new Document("find", "orders")
                                        .append(
                                                "readConcern",
                                                new Document("level", "snapshot")
                                                        .append("atClusterTime", before)));
        Document cursor = found.get("cursor", Document.class);
        assertThat(cursor.getList("firstBatch", Document.class)).hasSize(1);
        assertThat(cursor.get("atClusterTime")).isEqualTo(before);
        assertThatThrownBy(
                        () ->
                                client.getDatabase("shop")
                                        .runCommand(
                                                Document.parse(
                                                        "{find: 'orders', readConcern: {level:"
                                                                + " 'snapshot', atClusterTime:"
                                                                + " {$timestamp: {t: 1000000, i:"
                                                                + " 1}}}}")))
                .isInstanceOfSatisfying(
                        MongoCommandException.class,
                        e -> assertThat(e.getErrorCodeName()).isEqualTo("SnapshotTooOld"));
    }
}
