package io.tidemark.storage.slice;

import static io.tidemark.storage.slice.TestEntries.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;

final class OpenTransactionsTest {
    private static final Optime NONE = Optime.NONE;
    private final OpenTransactions open = new OpenTransactions(List.of());

    @Test
    void smallTransactionsAreNeverOpen() {
        open.apply(applyOps(1, 1, NONE, new BsonDocument()));

        assertThat(open.list()).isEmpty();
    }

    @Test
    void partsAreOpenUntilTheirEnd() {
        open.apply(applyOps(1, 1, NONE, flag("partialTxn")));
        open.apply(applyOps(2, 1, optime(1), flag("partialTxn")));
        assertThat(open.list()).extracting(OpenTransaction::first).containsExactly(optime(1));

        open.apply(applyOps(3, 1, optime(2), new BsonDocument("count", new BsonInt64(3))));
        assertThat(open.list()).isEmpty();
    }

    @Test
    void preparedOnesAreOpenUntilCommitOrAbort() {
        open.apply(applyOps(1, 1, NONE, flag("prepare")));
        open.apply(applyOps(2, 2, NONE, flag("prepare")));
        assertThat(open.list())
                .extracting(OpenTransaction::prepared)
                .containsExactly(Optional.of(optime(1)), Optional.of(optime(2)));

        open.apply(outcome(3, 1, "commitTransaction"));
        open.apply(outcome(4, 2, "abortTransaction"));
        assertThat(open.list()).isEmpty();
    }

    @Test
    void preparedAfterPartsKeepsTheFirstPart() {
        open.apply(applyOps(1, 1, NONE, flag("partialTxn")));
        open.apply(applyOps(2, 1, optime(1), flag("prepare")));

        assertThat(open.list().get(0).first()).isEqualTo(optime(1));
        assertThat(open.list().get(0).prepared()).contains(optime(2));
    }

    @Test
    void aChainBegunAnewForgetsTheOldOne() {
        open.apply(applyOps(1, 1, NONE, flag("partialTxn")));
        open.apply(applyOps(5, 1, NONE, flag("partialTxn")));

        assertThat(open.list()).extracting(OpenTransaction::first).containsExactly(optime(5));
    }

    @Test
    void goesOnFromTheSliceBefore() {
        open.apply(applyOps(1, 1, NONE, flag("prepare")));
        OpenTransactions next = new OpenTransactions(open.list());

        next.apply(outcome(9, 1, "commitTransaction"));

        assertThat(next.list()).isEmpty();
    }

    private static Optime optime(int second) {
        return new Optime(at(second, 1), 3);
    }

    private static BsonDocument flag(String name) {
        return new BsonDocument(name, BsonBoolean.TRUE);
    }

    private static OplogEntry applyOps(int second, int number, Optime before, BsonDocument more) {
        BsonDocument o = new BsonDocument("applyOps", new BsonArray());
        o.putAll(more);
        return entry(second, number, before, o);
    }

    private static OplogEntry outcome(int second, int number, String command) {
        return entry(second, number, NONE, new BsonDocument(command, new BsonInt32(1)));
    }

    private static OplogEntry entry(int second, int number, Optime before, BsonDocument o) {
        BsonDocument session =
                new BsonDocument(
                                "lsid",
                                new BsonDocument("id", new BsonBinary(new byte[] {1, 2, 3})))
                        .append("txnNumber", new BsonInt64(number))
                        .append(
                                "prevOpTime",
                                new BsonDocument(
                                                "ts",
                                                new BsonTimestamp(before.clusterTime().bits()))
                                        .append("t", new BsonInt64(before.term())));
        return TestEntries.command(at(second, 1), o, session);
    }
}
