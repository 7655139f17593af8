package io.tidemark.schemas.oplog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OplogEntryTest {
    private static final String SESSION =
            "lsid: {id: {$binary: {base64: 'AAAAAAAAAAAAAAAAAAAAAA==', subType: '04'}}, uid:"
                    + " {$binary: {base64: 'AA==', subType: '00'}}}, txnNumber: {$numberLong: '7'}";
    private static final String NULL_PREV =
            "prevOpTime: {ts: {$timestamp: {t: 0, i: 0}}, t: {$numberLong: '-1'}}";
    private static final String PREV =
            "prevOpTime: {ts: {$timestamp: {t: 9, i: 1}}, t: {$numberLong: '3'}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    op: 'i', ns: 'a.b', o: {_id: 1}                                                   | INSERT
                    op: 'u', ns: 'a.b', o: {$v: 2, diff: {i: {x: 1}}}, o2: {_id: 1}                   | UPDATE
                    op: 'd', ns: 'a.b', o: {_id: 1}                                                   | DELETE
                    op: 'n', ns: '', o: {msg: 'periodic noop'}                                        | NOOP
                    op: 'c', ns: 'a.$cmd', o: {create: 'b'}                                           | DDL
                    op: 'c', ns: 'a.$cmd', o: {neverHeardOf: 'b'}                                     | DDL
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: []}                                      | BATCH
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: []}, multiOpType: 1, SESSION, PREV       | VECTORED_INSERT
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: []}, SESSION, NULLPREV                   | TRANSACTION_WHOLE
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: []}, multiOpType: 0, SESSION, NULLPREV   | TRANSACTION_WHOLE
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: [], partialTxn: true}, SESSION, NULLPREV | TRANSACTION_PART
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: [], count: {$numberLong: '9'}}, SESSION, PREV | TRANSACTION_END
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: [], prepare: true}, SESSION, NULLPREV    | PREPARE
                    op: 'c', ns: 'admin.$cmd', o: {applyOps: [], prepare: true, count: 4}, SESSION, PREV | PREPARE
                    op: 'c', ns: 'admin.$cmd', o: {commitTransaction: 1}, SESSION, PREV               | COMMIT
                    op: 'c', ns: 'admin.$cmd', o: {abortTransaction: 1}, SESSION, PREV                | ABORT
                    op: 'km', ns: 'a.b', o: {x: 1}                                                    | UNKNOWN
                    op: 'xi', ns: 'a.b', o: {key: 1}                                                  | UNKNOWN
                    """)
    void everyShapeIsTold(String fields, EntryShape shape) {
        assertThat(entry(fields).shape()).isEqualTo(shape);
    }

    @Test
    void aCommitTellsWhenTheTransactionBecameVisible() {
        OplogEntry commit =
                entry(
                        "op: 'c', ns: 'admin.$cmd', o: {commitTransaction: 1, commitTimestamp:"
                                + " {$timestamp: {t: 10, i: 5}}}, SESSION, PREV");

        assertThat(commit.commitTimestamp()).contains(new ClusterTime(10, 5));
        assertThat(commit.previousOptime()).contains(new Optime(new ClusterTime(9, 1), 3));
    }

    @Test
    void theSameSessionAndNumberHaveTheSameKeyWhateverTheirPlaceInTheEntry() {
        OplogEntry first = entry("SESSION, op: 'c', ns: 'admin.$cmd', o: {applyOps: []}");
        OplogEntry last = entry("op: 'c', ns: 'admin.$cmd', o: {abortTransaction: 1}, SESSION");

        assertThat(first.transactionKey()).isPresent().isEqualTo(last.transactionKey());
    }

    @Test
    void secondsBeyond2038AreUnsigned() {
        OplogEntry entry =
                OplogEntry.of(
                        bson(
                                "{ts: {$timestamp: {t: 4294967295, i: 4294967295}}, op: 'n', ns:"
                                        + " '', o: {}}"));

        assertThat(entry.clusterTime())
                .isEqualTo(ClusterTime.MAX)
                .isGreaterThan(new ClusterTime(1, 1));
    }

    @Test
    void aDocumentWithoutClusterTimeIsNoEntry() {
        assertThatThrownBy(() -> OplogEntry.of(bson("{op: 'i', ns: 'a.b', o: {_id: 1}}")))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("no timestamp 'ts'");
    }

    @Test
    void anotherFormatVersionIsRefused() {
        assertThatThrownBy(() -> entry("v: 3, op: 'n', ns: '', o: {}"))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("format version 3");
    }

    @Test
    void aCutEntryIsMalformedWhereverItIsCut() {
        byte[] whole =
                bson(
                        "{ts: {$timestamp: {t: 1, i: 1}}, op: 'i', ns: 'a.b', o: {_id: 1, s:"
                                + " 'text'}}");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> OplogEntry.of(cut)).isInstanceOf(MalformedBsonException.class);
        }
    }

    @Test
    void theRecordKeyIsNamespaceAndIdForDocumentsAndTheNamespaceElse() {
        OplogRecord insert =
                OplogRecords.of(
                        entry("op: 'i', ns: 'a.b', o: {x: 2, _id: 1}"), Incarnation.UNKNOWN);
        OplogRecord drop =
                OplogRecords.of(
                        entry("op: 'c', ns: 'a.$cmd', o: {drop: 'b'}"), Incarnation.UNKNOWN);

        byte[] key = OplogRecords.key(insert);
        assertThat(new String(key, 0, 4, StandardCharsets.UTF_8)).isEqualTo("a.b\0");
        assertThat(new RawBsonDocument(key, 4, key.length - 4))
                .isEqualTo(BsonDocument.parse("{_id: 1}"));
        assertThat(OplogRecords.key(drop)).isEqualTo("a.$cmd".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aGapRecordTellsTheHoleAndTheEntryBefore() {
        Gap gap = new Gap(new ClusterTime(10, 1), new ClusterTime(20, 4), "rolled over");

        OplogRecord record = OplogRecords.gap(gap, new Optime(gap.after(), 2), Incarnation.UNKNOWN);

        assertThat(record.getKind()).isEqualTo(RecordKind.GAP);
        assertThat(OplogRecords.gap(record)).contains(gap);
    }

    private static OplogEntry entry(String fields) {
        String filled =
                fields.replace("SESSION", SESSION)
                        .replace("NULLPREV", NULL_PREV)
                        .replace("PREV", PREV);
        return OplogEntry.of(
                bson("{" + filled + ", ts: {$timestamp: {t: 10, i: 2}}, t: {$numberLong: '3'}}"));
    }

    private static byte[] bson(String json) {
        RawBsonDocument raw =
                new RawBsonDocument(BsonDocument.parse(json), new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return bytes;
    }
}
