package io.tidemark.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

/** Entries of prepared transactions, one after the other. */
class AuditLinesTest {
    private static final String ORDERS =
            "{op: 'i', ns: 'shop.orders', o: {_id: 7}}, {op: 'i', ns: 'bank.moves', o: {_id: 1}}";
    private static final String OTHER = "{op: 'i', ns: 'shop.drafts', o: {_id: 2}}";
    private static final String COMMIT =
            "{commitTransaction: 1, commitTimestamp: {$timestamp: {t: 5, i: 1}}}";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void theOutcomeOfAPreparedTransactionIsOfTheCollectionsThatItTouched() {
        AuditLines lines = lines(filter(Set.of("shop.orders"), Set.of(), Optional.empty()));
        lines.add(entry("rs0", 1, 3, "{applyOps: [" + ORDERS + "], prepare: true}"));
        lines.add(entry("rs0", 2, 4, "{applyOps: [" + OTHER + "], prepare: true}"));
        lines.add(entry("rs1", 2, 3, "{applyOps: [" + OTHER + "], prepare: true}"));
        lines.add(entry("rs0", 3, 4, COMMIT));
        lines.add(entry("rs1", 3, 3, COMMIT));
        lines.add(entry("rs0", 4, 3, COMMIT));
        lines.add(entry("rs0", 5, 3, COMMIT));

        assertThat(times()).containsExactly("1:1", "4:1");
    }

    @Test
    void aTransactionOfSeveralEntriesIsTouchedByEachOfThem() {
        AuditLines lines = lines(filter(Set.of("bank"), Set.of(), Optional.empty()));
        lines.add(entry("rs0", 1, 3, "{applyOps: [" + ORDERS + "], partialTxn: true}"));
        lines.add(entry("rs0", 2, 3, "{applyOps: [" + OTHER + "], prepare: true}"));
        lines.add(entry("rs0", 3, 3, "{abortTransaction: 1}"));

        assertThat(times()).containsExactly("1:1", "3:1");
    }

    @Test
    void whoAsksForADocumentOrForCommandsFindsItToo() {
        List<AuditFilter> filters =
                List.of(
                        filter(Set.of("shop.orders"), Set.of("c"), Optional.empty()),
                        filter(Set.of(), Set.of("c"), Optional.of(new BsonInt32(7))));
        for (AuditFilter filter : filters) {
            printed.reset();
            AuditLines lines = lines(filter);
            lines.add(entry("rs0", 1, 3, "{applyOps: [" + ORDERS + "], prepare: true}"));
            lines.add(entry("rs0", 2, 3, COMMIT));

            assertThat(times()).containsExactly("2:1");
        }
    }

    @Test
    void whoAsksForInsertsDoesNot() {
        AuditLines lines = lines(filter(Set.of("shop.orders"), Set.of("i"), Optional.empty()));
        lines.add(entry("rs0", 1, 3, "{applyOps: [" + ORDERS + "], prepare: true}"));
        lines.add(entry("rs0", 2, 3, COMMIT));

        assertThat(times()).containsExactly("1:1");
    }

    private AuditLines lines(AuditFilter filter) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new AuditLines(out, filter, false, Long.MAX_VALUE);
    }

    private static AuditFilter filter(
            Set<String> namespaces, Set<String> ops, Optional<BsonValue> id) {
        return new AuditFilter(
                namespaces,
                ops,
                id,
                Optional.empty(),
                OptionalLong.empty(),
                ClusterTime.ZERO,
                ClusterTime.MAX);
    }

    private List<String> times() {
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .toList();
    }

    private static AuditRecord entry(String set, int seconds, long transaction, String command) {
        BsonDocument entry =
                BsonDocument.parse(
                        "{lsid: {id: {$uuid: '0d9b6a3e-4a8b-4f0e-8d5e-0d9b6a3e4a8b'}}, op: 'c',"
                                + " ns: 'admin.$cmd', t: {$numberLong: '1'}}");
        entry.append("ts", new BsonTimestamp(seconds, 1))
                .append("txnNumber", new BsonInt64(transaction))
                .append("o", BsonDocument.parse(command));
        RawBsonDocument raw = new RawBsonDocument(entry, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return new AuditRecord.Written(new ReplicaSet(set), OplogEntry.of(bytes));
    }
}
