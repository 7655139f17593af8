package io.tidemark.schemas.oplog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.SharedData;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.TransactionKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/** Entries as real servers wrote them, versions 2.8 to 8.0. */
class RealOplogTest {
    @Test
    void everyRealEntryIsReadAsTheGeneralDecoderReadsIt() {
        for (Path file : oplogs()) {
            for (byte[] bson : SharedData.documents(file)) {
                OplogEntry entry = OplogEntry.of(bson);
                RawBsonDocument decoded = new RawBsonDocument(bson);

                assertThat(entry.clusterTime())
                        .as("%s", file)
                        .isEqualTo(ClusterTime.of(decoded.getTimestamp("ts")));
                assertThat(entry.op()).isEqualTo(decoded.getString("op").getValue());
                assertThat(entry.ns()).isEqualTo(decoded.getString("ns").getValue());
                assertThat(entry.o().toBson()).isEqualTo(decoded.getDocument("o"));
                assertThat(entry.shape()).as("%s", entry).isNotEqualTo(EntryShape.UNKNOWN);
            }
        }
    }

    @Test
    void aRealRecordKeepsTheBytesOfTheEntry() {
        Path file = SharedData.folder().resolve("pbm-5.0/rs1.pitr1.oplog.bson");
        for (byte[] bson : SharedData.documents(file)) {
            byte[] kept = new byte[bson.length];
            OplogRecords.of(OplogEntry.of(bson), Incarnation.UNKNOWN)
                    .getEntry()
                    .duplicate()
                    .get(kept);

            assertThat(kept).isEqualTo(bson);
        }
    }

    @Test
    void theRealShardLogsHoldTheirTransactionsInTheKnownShapes() {
        Path folder = SharedData.folder().resolve("pbm-5.0");
        Map<EntryShape, Integer> rs1 = shapes(folder.resolve("rs1.pitr1.oplog.bson"));
        Map<EntryShape, Integer> rs2 = shapes(folder.resolve("rs2.pitr1.oplog.bson"));

        assertThat(rs1)
                .containsEntry(EntryShape.PREPARE, 3)
                .containsEntry(EntryShape.COMMIT, 3)
                .containsEntry(EntryShape.INSERT, 10)
                .containsEntry(EntryShape.DDL, 2);
        assertThat(rs2).containsEntry(EntryShape.PREPARE, 3).containsEntry(EntryShape.COMMIT, 3);
    }

    @Test
    void aRealTransactionHasOneKeyAndOneCommitTimestampOnBothShards() {
        Path folder = SharedData.folder().resolve("pbm-5.0");
        Map<TransactionKey, ClusterTime> rs1 = commits(folder.resolve("rs1.pitr1.oplog.bson"));
        Map<TransactionKey, ClusterTime> rs2 = commits(folder.resolve("rs2.pitr1.oplog.bson"));

        assertThat(rs1).hasSize(3).isEqualTo(rs2);
        assertThat(rs1).containsValue(new ClusterTime(1644243375, 5));
    }

    @Test
    void aCommitFollowsItsPrepareByThePreviousOptime() {
        Path file = SharedData.folder().resolve("pbm-5.0/rs1.pitr1.oplog.bson");
        List<OplogEntry> entries = SharedData.documents(file).stream().map(OplogEntry::of).toList();
        Set<Optime> prepares =
                entries.stream()
                        .filter(e -> e.shape() == EntryShape.PREPARE)
                        .map(OplogEntry::optime)
                        .collect(Collectors.toSet());

        List<OplogEntry> commits =
                entries.stream().filter(e -> e.shape() == EntryShape.COMMIT).toList();

        assertThat(commits)
                .allSatisfy(c -> assertThat(prepares).contains(c.previousOptime().orElseThrow()));
    }

    private static Map<TransactionKey, ClusterTime> commits(Path file) {
        return SharedData.documents(file).stream()
                .map(OplogEntry::of)
                .filter(e -> e.shape() == EntryShape.COMMIT)
                .collect(
                        Collectors.toMap(
                                e -> e.transactionKey().orElseThrow(),
                                e -> e.commitTimestamp().orElseThrow()));
    }

    private static Map<EntryShape, Integer> shapes(Path file) {
        Map<EntryShape, Integer> counts = new EnumMap<>(EntryShape.class);
        for (byte[] bson : SharedData.documents(file)) {
            counts.merge(OplogEntry.of(bson).shape(), 1, Integer::sum);
        }
        return counts;
    }

    private static List<Path> oplogs() {
        List<Path> oplogs = new ArrayList<>(SharedData.bsonFiles(SharedData.folder()));
        oplogs.removeIf(file -> !file.toString().contains("oplog"));
        oplogs.removeIf(file -> file.toString().endsWith("oplogdump.db1.c1.bson"));
        assertThat(oplogs).isNotEmpty();
        return oplogs;
    }
}
