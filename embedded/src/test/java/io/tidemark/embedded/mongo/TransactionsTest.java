package io.tidemark.embedded.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionsTest {
    private SimulatedReplicaSet set;
    private MongoClient client;
    private MongoCollection<Document> accounts;

    @BeforeEach
    void start() {
        set = SimulatedReplicaSet.builder("rs0").members(3).noopInterval(Duration.ZERO).start();
        client = MongoClients.create(set.uri());
        accounts = client.getDatabase("bank").getCollection("accounts");
        accounts.insertMany(
                List.of(
                        new Document("_id", 1).append("sum", 100),
                        new Document("_id", 2).append("sum", 100)));
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private List<RawBsonDocument> entriesAfter(BsonTimestamp time) {
        return set.oplog().stream().filter(e -> e.getTimestamp("ts").compareTo(time) > 0).toList();
    }

    private static BsonDocument o(RawBsonDocument entry) {
        return entry.getDocument("o");
    }

    @Test
    void aSmallTransactionIsOneApplyOpsAndInvisibleBefore() {
        BsonTimestamp before = set.primary().lastApplied();
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            accounts.updateOne(session, eq("_id", 1), Updates.inc("sum", -10));
            accounts.updateOne(session, eq("_id", 2), Updates.inc("sum", 10));
            assertThat(accounts.find(session, eq("_id", 1)).first().getInteger("sum"))
                    .isEqualTo(90);
            assertThat(accounts.find(eq("_id", 1)).first().getInteger("sum")).isEqualTo(100);
            session.commitTransaction();
        }
        assertThat(accounts.find(eq("_id", 1)).first().getInteger("sum")).isEqualTo(90);
        List<RawBsonDocument> entries = entriesAfter(before);
        assertThat(entries).hasSize(1);
        assertThat(o(entries.get(0)).getArray("applyOps")).hasSize(2);
        assertThat(entries.get(0).getDocument("prevOpTime").getTimestamp("ts"))
                .isEqualTo(new BsonTimestamp(0));
    }

    @Test
    void aLargeTransactionIsAChainThatCountsItsOperations() {
        set.setParameter("maxNumberOfTransactionOperationsInSingleOplogEntry", new BsonInt32(2));
        BsonTimestamp before = set.primary().lastApplied();
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            for (int i = 10; i < 15; i++) {
                accounts.insertOne(session, new Document("_id", i));
            }
            session.commitTransaction();
        }
        List<RawBsonDocument> entries = entriesAfter(before);
        assertThat(entries).hasSize(3);
        assertThat(o(entries.get(0)).getBoolean("partialTxn").getValue()).isTrue();
        assertThat(o(entries.get(2)).getInt64("count").getValue()).isEqualTo(5);
        assertThat(entries.get(1).getDocument("prevOpTime").getTimestamp("ts"))
                .isEqualTo(entries.get(0).getTimestamp("ts"));
        BsonTimestamp partial = entries.get(1).getTimestamp("ts");
        assertThat(set.oracle().documentsAt("bank.accounts", partial)).hasSize(2);
        assertThat(set.oracle().documentsAt("bank.accounts", entries.get(2).getTimestamp("ts")))
                .hasSize(7);
    }

    @Test
    void aConflictingTransactionIsToldToTryAgain() {
        try (ClientSession one = client.startSession();
                ClientSession two = client.startSession()) {
            one.startTransaction();
            two.startTransaction();
            accounts.updateOne(one, eq("_id", 1), Updates.inc("sum", 1));
            assertThatThrownBy(() -> accounts.updateOne(two, eq("_id", 1), Updates.inc("sum", 1)))
                    .isInstanceOfSatisfying(
                            MongoCommandException.class,
                            e -> {
                                assertThat(e.getErrorCode()).isEqualTo(112);
                                assertThat(
                                                e.hasErrorLabel(
                                                        MongoException
                                                                .TRANSIENT_TRANSACTION_ERROR_LABEL))
                                        .isTrue();
                            });
            one.commitTransaction();
        }
    }

    private TransactionId id() {
        BsonDocument lsid =
                new BsonDocument("id", new BsonBinary(java.util.UUID.randomUUID()))
                        .append("uid", new BsonBinary(new byte[32]));
        return new TransactionId(lsid, 0);
    }

    @Test
    void aPreparedTransactionIsVisibleFromItsCommitTimestamp() {
        InProcessPrimary primary = set.primary();
        TransactionId id = id();
        primary.insert(
                "bank.accounts",
                List.of(BsonDocument.parse("{_id: 3, sum: 1}")),
                WriteContext.in(id));
        BsonTimestamp prepared = primary.prepareTransaction(id);
        BsonTimestamp commit = new BsonTimestamp(prepared.getTime(), prepared.getInc() + 1);
        primary.periodicNoop();
        BsonTimestamp noop = primary.periodicNoop();
        BsonTimestamp committed = primary.commitTransaction(id, Optional.of(commit));
        assertThat(committed).isGreaterThan(noop);
        assertThat(set.oracle().documentsAt("bank.accounts", prepared)).hasSize(2);
        assertThat(set.oracle().documentsAt("bank.accounts", commit)).hasSize(3);
        assertThat(primary.find("bank.accounts", new BsonDocument(), Optional.of(prepared)))
                .hasSize(2);
        assertThat(primary.find("bank.accounts", new BsonDocument(), Optional.of(commit)))
                .hasSize(3);
        RawBsonDocument entry = entriesAfter(noop).get(0);
        assertThat(o(entry).getTimestamp("commitTimestamp")).isEqualTo(commit);
        assertThat(entry.getDocument("prevOpTime").getTimestamp("ts")).isEqualTo(prepared);
    }

    @Test
    void theStateIsRecordedInConfigTransactions() {
        TransactionId id = id();
        set.primary()
                .insert(
                        "bank.accounts",
                        List.of(BsonDocument.parse("{_id: 3}")),
                        WriteContext.in(id));
        BsonTimestamp prepared = set.primary().prepareTransaction(id);
        Document record =
                client.getDatabase("config")
                        .getCollection("transactions")
                        .find(eq("state", "prepared"))
                        .first();
        assertThat(record.get("startOpTime", Document.class).get("ts")).isEqualTo(prepared);
        set.primary().abortTransaction(id);
        assertThat(
                        client.getDatabase("config")
                                .getCollection("transactions")
                                .find(eq("state", "aborted"))
                                .into(new ArrayList<>()))
                .hasSize(1);
    }

    @Test
    void aNewPrimaryAbortsAHalfReplicatedTransaction() {
        set.setParameter("maxNumberOfTransactionOperationsInSingleOplogEntry", new BsonInt32(1));
        set.member(1).pauseReplication();
        set.member(2).pauseReplication();
        TransactionId id = id();
        for (int i = 10; i < 13; i++) {
            set.primary()
                    .insert(
                            "bank.accounts",
                            List.of(new BsonDocument("_id", new BsonInt32(i))),
                            WriteContext.in(id));
        }
        BsonTimestamp before = set.primary().lastApplied();
        set.primary().commitTransaction(id, Optional.empty());
        BsonTimestamp first = entriesAfter(before).get(0).getTimestamp("ts");
        set.member(1).catchUpTo(first);
        set.elect(set.member(1));

        List<RawBsonDocument> entries = entriesAfter(before);
        assertThat(entries).hasSize(3);
        assertThat(o(entries.get(0)).containsKey("partialTxn")).isTrue();
        assertThat(o(entries.get(1)).getString("msg").getValue()).isEqualTo("new primary");
        assertThat(o(entries.get(2)).getFirstKey()).isEqualTo("abortTransaction");
        assertThat(entries.get(2).getDocument("prevOpTime").getTimestamp("ts")).isEqualTo(first);
        assertThat(entries.get(2).getInt64("t").getValue()).isEqualTo(2);
        assertThat(set.primary().find("bank.accounts", new BsonDocument(), Optional.empty()))
                .hasSize(2);
        assertThat(set.oracle().documentsAt("bank.accounts", set.primary().lastApplied()))
                .hasSize(2);
    }

    @Test
    void anElectionRevivesAPreparedTransactionWhoseCommitWasLost() {
        InProcessPrimary primary = set.primary();
        TransactionId id = id();
        primary.insert(
                "bank.accounts", List.of(BsonDocument.parse("{_id: 3}")), WriteContext.in(id));
        BsonTimestamp prepared = primary.prepareTransaction(id);
        set.member(1).pauseReplication();
        set.member(2).pauseReplication();
        primary.commitTransaction(id, Optional.of(prepared));
        set.elect(set.member(2));
        assertThat(set.oracle().documentsAt("bank.accounts", primary.lastApplied())).hasSize(2);
        primary.commitTransaction(id, Optional.of(prepared));
        assertThat(set.oracle().documentsAt("bank.accounts", prepared)).hasSize(3);
    }
}
