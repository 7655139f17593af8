package io.tidemark.restore.replay.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Chains of transactions: what takes effect when, and what can't be. */
final class TransactionsTest {
    private final Transactions transactions =
            new Transactions(new ReplicaSet("rs"), ClusterTime.ZERO, 1 << 20);
    private final Map<ClusterTime, OplogEntry> archived = new HashMap<>();

    @Test
    void givesASmallTransactionBackAtOnce() {
        assertThat(ids(accept(transactions, ops(1, 0, "", 1, 2)))).containsExactly(1, 2);
    }

    @Test
    void gathersPartsUntilTheLastOne() {
        assertThat(accept(transactions, ops(1, 0, "partialTxn: true", 1))).isEmpty();
        assertThat(accept(transactions, ops(3, 1, "partialTxn: true", 2, 3))).isEmpty();
        assertThat(ids(accept(transactions, ops(4, 3, "count: {$numberLong: '4'}", 4))))
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void readsAgainWhatDidNotFitIntoMemory() {
        Transactions small = new Transactions(new ReplicaSet("rs"), ClusterTime.ZERO, 0);
        accept(small, ops(1, 0, "partialTxn: true", 1));
        accept(small, ops(3, 1, "partialTxn: true", 2, 3));
        assertThat(ids(accept(small, ops(4, 3, "count: {$numberLong: '4'}", 4))))
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void keepsAPreparedOneUntilItsOutcome() {
        accept(transactions, ops(1, 0, "partialTxn: true", 1));
        accept(transactions, ops(2, 1, "prepare: true, count: {$numberLong: '2'}", 2));
        assertThat(transactions.prepared()).hasSize(1);
        assertThat(transactions.oldestOpen().orElseThrow().clusterTime()).isEqualTo(time(1));

        assertThat(
                        ids(
                                accept(
                                        transactions,
                                        outcome(
                                                5,
                                                2,
                                                "commitTransaction: 1, commitTimestamp:"
                                                        + " {$timestamp: {t: 9, i: 3}}"))))
                .containsExactly(1, 2);
        assertThat(transactions.prepared()).isEmpty();
    }

    @Test
    void keepsAnEmptyPreparedOneToo() {
        accept(transactions, ops(2, 0, "prepare: true"));
        Optional<Chain> chain =
                accept(
                        transactions,
                        outcome(
                                5,
                                2,
                                "commitTransaction: 1, commitTimestamp: {$timestamp: {t: 9,"
                                        + " i: 2}}"));
        assertThat(ids(chain)).isEmpty();
        assertThat(chain).isPresent();
    }

    @Test
    void dropsAnAbortedOne() {
        accept(transactions, ops(2, 0, "prepare: true", 1));
        assertThat(accept(transactions, outcome(5, 2, "abortTransaction: 1"))).isEmpty();
        assertThat(transactions.oldestOpen()).isEmpty();
    }

    @Test
    void beginsAnewWhereARetryHasNoPreviousEntry() {
        accept(transactions, ops(1, 0, "partialTxn: true", 1));
        accept(transactions, ops(3, 0, "partialTxn: true", 7));
        assertThat(ids(accept(transactions, ops(4, 3, "count: {$numberLong: '2'}", 8))))
                .containsExactly(7, 8);
    }

    @Test
    void refusesAChainWhoseCountIsWrong() {
        accept(transactions, ops(1, 0, "partialTxn: true", 1));
        assertThatThrownBy(() -> accept(transactions, ops(4, 1, "count: {$numberLong: '5'}", 4)))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("5 operations, but the archive holds 2");
    }

    /** It was decided before the base was begun, or replay would begin with its first entry. */
    @Test
    void leavesOutTheRestOfATransactionThatBeganBeforeReplay() {
        Transactions overBase = new Transactions(new ReplicaSet("rs"), time(3), 1 << 20);
        assertThat(accept(overBase, ops(4, 2, "partialTxn: true", 1))).isEmpty();
        assertThat(accept(overBase, ops(5, 4, "prepare: true, count: {$numberLong: '3'}", 2)))
                .isEmpty();
        assertThat(overBase.prepared()).isEmpty();
        String commit = "commitTransaction: 1, commitTimestamp: {$timestamp: {t: 9, i: 5}}";
        assertThat(accept(overBase, outcome(6, 5, commit))).isEmpty();

        assertThat(ids(accept(overBase, ops(7, 0, "", 8)))).containsExactly(8);
        assertThatThrownBy(() -> accept(overBase, outcome(9, 8, commit)))
                .isInstanceOf(RestoreException.ArchiveDamaged.class);
    }

    @Test
    void refusesAChainThatLacksEntries() {
        assertThatThrownBy(() -> accept(transactions, ops(4, 1, "partialTxn: true", 4)))
                .hasMessageContaining("no earlier entry of it was read");
        accept(transactions, ops(5, 0, "partialTxn: true", 1));
        assertThatThrownBy(() -> accept(transactions, ops(8, 7, "", 4)))
                .hasMessageContaining("the last one read is 9:5");
        assertThatThrownBy(
                        () ->
                                accept(
                                        transactions,
                                        outcome(
                                                9,
                                                8,
                                                "commitTransaction: 1, commitTimestamp:"
                                                        + " {$timestamp: {t: 9, i: 8}}")))
                .isInstanceOf(RestoreException.ArchiveDamaged.class);
    }

    private Optional<Chain> accept(Transactions to, OplogEntry entry) {
        archived.put(entry.clusterTime(), entry);
        return to.accept(entry);
    }

    private List<Integer> ids(Optional<Chain> chain) {
        List<Integer> ids = new ArrayList<>();
        chain.ifPresent(
                c ->
                        c.forEachOperation(
                                archived::get,
                                op -> ids.add(op.o().toBson().getInt32("_id").getValue())));
        return ids;
    }

    private static OplogEntry ops(int at, int previous, String flags, int... ids) {
        List<String> inserts = new ArrayList<>();
        for (int id : ids) {
            inserts.add("{op: 'i', ns: 'a.b', o: {_id: " + id + "}}");
        }
        String o = "applyOps: [" + String.join(", ", inserts) + "]";
        return outcome(at, previous, flags.isEmpty() ? o : o + ", " + flags);
    }

    private static OplogEntry outcome(int at, int previous, String o) {
        String before =
                previous == 0
                        ? "{ts: {$timestamp: {t: 0, i: 0}}, t: {$numberLong: '-1'}}"
                        : "{ts: {$timestamp: {t: 9, i: " + previous + "}}, t: {$numberLong: '1'}}";
        return OplogEntry.of(
                BsonFiles.json(
                        "{lsid: {id: 1}, txnNumber: {$numberLong: '3'}, op: 'c', ns: 'admin.$cmd',"
                                + " o: {"
                                + o
                                + "}, ts: {$timestamp: {t: 9, i: "
                                + at
                                + "}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}, prevOpTime: "
                                + before
                                + "}"));
    }

    private static ClusterTime time(int increment) {
        return new ClusterTime(9, increment);
    }
}
