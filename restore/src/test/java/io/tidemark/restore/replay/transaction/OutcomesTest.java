package io.tidemark.restore.replay.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.OplogEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction prepared at 9:10 on one shard, and what the oplogs of others say of it. */
final class OutcomesTest {
    private static final ReplicaSet OTHER = new ReplicaSet("other");
    private static final String ID = "{lsid: {id: 1}, txnNumber: {$numberLong: '3'}}";
    private static final String PREPARE = "{applyOps: [], prepare: true}";
    private final TransactionKey key =
            new TransactionKey(
                    new RawDocumentBuilder()
                            .appendDocument("lsid", BsonFiles.json("{id: 1}"))
                            .appendInt64("txnNumber", 3)
                            .build());
    private final Outcomes outcomes = new Outcomes(new ClusterTime(9, 20));

    @BeforeEach
    void awaitIt() {
        outcomes.await(key, new ClusterTime(9, 10));
    }

    @Test
    void isInFromItsCommitTimestampOnThoughTheEntryComesLater() {
        assertThat(outcomes.searchAfter()).contains(new ClusterTime(9, 9));
        outcomes.see(OTHER, command(30, "{commitTransaction: 1, commitTimestamp: " + at(20) + "}"));
        assertThat(outcomes.areKnown()).isTrue();
        assertThat(outcomes.decide(key).outcome()).isEqualTo(Decision.Outcome.IN);
        assertThat(outcomes.decide(key).decidedBy())
                .isEqualTo("commit at 9:30 in the oplog of other");
    }

    @Test
    void isOutBeforeItsCommitTimestamp() {
        outcomes.see(OTHER, command(30, "{commitTransaction: 1, commitTimestamp: " + at(21) + "}"));
        assertThat(outcomes.decide(key).outcome()).isEqualTo(Decision.Outcome.OUT);
    }

    @Test
    void isOutWhereItWasAborted() {
        outcomes.see(OTHER, command(15, "{abortTransaction: 1}"));
        assertThat(outcomes.decide(key).outcome()).isEqualTo(Decision.Outcome.OUT);
    }

    @Test
    void isOutWhereAShardPreparesItOnlyAfterwards() {
        outcomes.see(OTHER, command(20, PREPARE));
        assertThat(outcomes.areDecided()).isFalse();
        outcomes.see(OTHER, command(21, PREPARE));
        assertThat(outcomes.areDecided()).isTrue();
        assertThat(outcomes.areKnown()).isFalse();
        assertThat(outcomes.decide(key).outcome()).isEqualTo(Decision.Outcome.OUT);
        assertThat(outcomes.decide(key).decidedBy())
                .isEqualTo("later prepare at 9:21 in the oplog of other");
    }

    @Test
    void isUndecidedWhereNothingSpeaksOfIt() {
        outcomes.see(OTHER, command(9, "{abortTransaction: 1}"));
        outcomes.see(OTHER, command(12, "{commitTransaction: 1, commitTimestamp: " + at(8) + "}"));
        assertThat(outcomes.decide(key).outcome()).isEqualTo(Decision.Outcome.UNDECIDED);
    }

    @Test
    void followsTheCoordinatorsDecisionInEveryFormOfItsEntry() {
        for (String o :
                new String[] {
                    "{_id: "
                            + ID
                            + ", decision: {decision: 'commit', commitTimestamp: "
                            + at(12)
                            + "}}",
                    "{$v: 2, diff: {i: {decision: {decision: 'commit', commitTimestamp: "
                            + at(12)
                            + "}}}}",
                }) {
            Outcomes fresh = new Outcomes(new ClusterTime(9, 20));
            fresh.await(key, new ClusterTime(9, 10));
            fresh.see(OTHER, coordinator(o));
            assertThat(fresh.decide(key).commitTimestamp()).contains(new ClusterTime(9, 12));
            assertThat(fresh.decide(key).decidedBy()).startsWith("coordinator's commit");
        }
    }

    @Test
    void followsTheCoordinatorsDecisionInABase() {
        outcomes.seeCoordinator(
                OTHER,
                BsonFiles.json(
                        "{_id: "
                                + ID
                                + ", participants: ['a'], decision: {decision: 'commit',"
                                + " commitTimestamp: "
                                + at(12)
                                + "}}"));
        assertThat(outcomes.decide(key).isIn()).isTrue();
    }

    @Test
    void refusesTwoCommitTimestamps() {
        outcomes.see(OTHER, command(30, "{commitTransaction: 1, commitTimestamp: " + at(12) + "}"));
        OplogEntry second = command(31, "{commitTransaction: 1, commitTimestamp: " + at(13) + "}");
        assertThatThrownBy(() -> outcomes.see(OTHER, second))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("two commit timestamps: 9:12");
    }

    private static String at(int increment) {
        return "{$timestamp: {t: 9, i: " + increment + "}}";
    }

    private static OplogEntry command(int at, String o) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{lsid: {id: 1}, txnNumber: {$numberLong: '3'}, op: 'c', ns: 'admin.$cmd',"
                                + " o: "
                                + o
                                + ", ts: "
                                + at(at)
                                + ", t: {$numberLong: '1'}}"));
    }

    private static OplogEntry coordinator(String o) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{op: 'u', ns: 'config.transaction_coordinators', o: "
                                + o
                                + ", o2: {_id: "
                                + ID
                                + "}, ts: "
                                + at(13)
                                + ", t: {$numberLong: '1'}}"));
    }
}
