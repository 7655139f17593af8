package io.tidemark.cli.dump;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.CommandFailure;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A dump made from 10 to 20 that holds the documents 1 and 2, and not 9. Entries are written as
 * what they do, to which document, at which second.
 */
class DumpWitnessesTest {
    private static final Namespace ORDERS = Namespace.of("shop.orders");

    @ParameterizedTest
    @CsvSource({
        "update 9 12, lacks",
        "update 1 12, whole",
        "update 1 12; update 9 13, lacks",
        "insert 9 11; update 9 12, whole",
        "update 9 12; delete 9 15, whole",
        "update 9 12; delete 9 25, lacks",
        "delete 9 15, whole",
        "delete 9 25, lacks",
        "insert 9 15; delete 9 25, whole",
        "update 9 5; update 9 12, lacks",
        "migrated 9 12, whole",
        "migrated 9 12; update 9 13, whole",
        "together 9 11; update 9 12, whole",
        "update 9 12; together 9 15, whole",
        "update 9 12; together 9 25, lacks",
        "command 0 11; update 9 12, whole",
        "update 9 12; command 0 15, whole",
        "update 9 12; command 0 25, lacks",
        "commitOfBefore 0 11; update 9 12, whole",
        "update 9 12; commitOfBefore 0 15, lacks"
    })
    void aDumpHoldsWhatWasThereAllTheTime(String oplog, String how) {
        judge(oplog, metadata("{}"), how);
    }

    @ParameterizedTest
    @CsvSource({
        // The oldest documents of a capped collection go without entries ...
        "{capped: true}, update 9 12, whole",
        // ... and a collection of which nothing is known may be one ...
        ", update 9 12, whole",
        // ... but what is there behind the dump's end was not gone during the dump.
        "{capped: true}, update 9 25, lacks",
        ", update 9 25, lacks"
    })
    void whereDocumentsMayGoWithoutEntriesOnlyWhatIsThereLaterWasThere(
            String options, String oplog, String how) {
        judge(oplog, options == null ? CollectionMetadata.NONE : metadata(options), how);
    }

    private static CollectionMetadata metadata(String options) {
        return new CollectionMetadata(
                Optional.empty(),
                "collection",
                Optional.empty(),
                BsonDocument.parse(options),
                List.of(BsonDocument.parse("{v: 2, key: {_id: 1}, name: '_id_'}")));
    }

    private static void judge(String oplog, CollectionMetadata metadata, String how) {
        FileDump dump =
                new FileDump(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(
                                new FileDump.CollectionFile(
                                        new DumpedCollection(ORDERS, metadata, true),
                                        Optional.empty(),
                                        Optional.empty())));
        DumpWitnesses witnesses =
                new DumpWitnesses(
                        dump, new BaseImport.Extent(DumpFiles.time(10, 1), DumpFiles.time(20, 1)));

        for (String entry : oplog.split("; ")) {
            witnesses.see(entry(entry.split(" ")));
        }
        witnesses.found(ORDERS, raw(new BsonDocument("_id", new BsonInt32(1))));
        witnesses.found(ORDERS, raw(new BsonDocument("_id", new BsonInt32(2))));

        if (how.equals("whole")) {
            witnesses.require(new ReplicaSet("rs0"));
            return;
        }
        assertThatThrownBy(() -> witnesses.require(new ReplicaSet("rs0")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("don't belong together")
                .hasMessageContaining("it lacks 1")
                .hasMessageContaining("in shop.orders");
    }

    private static OplogEntry entry(String... words) {
        BsonDocument id = new BsonDocument("_id", new BsonInt32(Integer.parseInt(words[1])));
        BsonDocument whole =
                switch (words[0]) {
                    case "insert" -> of(words[2], "i", id);
                    case "update" -> update(words[2], id);
                    case "migrated" -> update(words[2], id).append("fromMigrate", BsonBoolean.TRUE);
                    case "delete" -> of(words[2], "d", id);
                    case "command" ->
                            of(words[2], "c", BsonDocument.parse("{renameCollection: 'shop.a'}"));
                    case "together" ->
                            session(of(words[2], "c", applyOps(id.getNumber("_id").intValue())), 0);
                    case "commitOfBefore" ->
                            session(
                                    of(words[2], "c", BsonDocument.parse("{commitTransaction: 1}")),
                                    9);
                    default -> throw new IllegalArgumentException(words[0]);
                };
        return OplogEntry.of(raw(whole));
    }

    private static BsonDocument applyOps(int id) {
        return BsonDocument.parse(
                "{applyOps: [{op: 'i', ns: 'shop.orders', o: {_id: " + id + "}}]}");
    }

    private static BsonDocument of(String seconds, String op, BsonDocument payload) {
        return DumpFiles.entry(Long.parseLong(seconds), 1, op, "shop.orders", payload);
    }

    private static BsonDocument update(String seconds, BsonDocument id) {
        return of(seconds, "u", BsonDocument.parse("{$v: 2, diff: {u: {a: 1}}}")).append("o2", id);
    }

    private static BsonDocument session(BsonDocument entry, int before) {
        return entry.append("lsid", new BsonDocument("id", new BsonInt32(1)))
                .append("txnNumber", new BsonInt64(1))
                .append(
                        "prevOpTime",
                        new BsonDocument("ts", new BsonTimestamp(before, before == 0 ? 0 : 1))
                                .append("t", new BsonInt64(before == 0 ? -1 : 1)));
    }

    private static RawDocument raw(BsonDocument document) {
        return RawDocument.of(DumpFiles.bytes(List.of(document)));
    }
}
