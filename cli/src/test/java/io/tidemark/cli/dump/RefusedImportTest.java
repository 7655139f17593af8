package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.noop;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are damaged, or that don't belong together: refused, and no base or slice is left. */
class RefusedImportTest {
    @TempDir private Path folder;
    private ImportedFiles files;

    @BeforeEach
    void intoAnEmptyBucket() {
        files = new ImportedFiles(folder);
    }

    @Test
    void filesOfAnotherHistoryAreRefusedAndNothingIsStored() throws IOException {
        files.imports(write(folder.resolve("a"), insert(10, 1, 1), insert(11, 1, 2)));
        List<Path> stored = files.objects();

        CommandRun other =
                files.imports(write(folder.resolve("b"), insert(10, 1, 1), insert(12, 1, 3)));

        assertThat(other.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(other.err()).contains("another history");
        assertThat(files.objects()).isEqualTo(stored);
    }

    @Test
    void aTermThatFallsIsAnotherHistory() throws IOException {
        CommandRun run =
                files.imports(
                        write(
                                folder.resolve("a"),
                                insert(10, 1, 1).append("t", new BsonInt64(2)),
                                insert(11, 1, 2)));

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("(term 1) follows").contains("(term 2)");
        assertThat(files.objects()).isEmpty();
    }

    @Test
    void anEntryThatSaysNotWhatWasWrittenIsNone() throws IOException {
        BsonDocument without = insert(11, 1, 2);
        without.remove("o");

        CommandRun run = files.imports(write(folder.resolve("a"), insert(10, 1, 1), without));

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err())
                .contains("entry 2")
                .contains("has no o")
                .contains("Copy the oplog again");
        assertThat(files.objects()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"20, refused", "10, taken", "5, taken"})
    void aTransactionWhoseEntryBeforeIsMissingShowsAHole(long before, String how)
            throws IOException {
        BsonDocument commit =
                transaction(
                                30,
                                "{commitTransaction: 1, commitTimestamp: {$timestamp: {t: 25, i:"
                                        + " 1}}}")
                        .append("prevOpTime", optime(before));

        CommandRun run =
                files.imports(
                        write(
                                folder.resolve("a"),
                                transaction(10, "{applyOps: [], prepare: true}")
                                        .append("prevOpTime", optime(0)),
                                noop(19, 1),
                                noop(21, 1),
                                commit));

        boolean refused = how.equals("refused");
        assertThat(run.exitCode())
                .as(run.err())
                .isEqualTo(refused ? ExitCode.ARCHIVE_DAMAGED : ExitCode.DONE);
        if (refused) {
            assertThat(run.err()).contains("entry 4", "entry before is 20:1", "it has a hole");
            assertThat(files.objects()).isEmpty();
        }
    }

    private static BsonDocument transaction(long seconds, String o) {
        return DumpFiles.entry(seconds, 1, "c", "admin.$cmd", BsonDocument.parse(o))
                .append("lsid", BsonDocument.parse("{id: 1}"))
                .append("txnNumber", new BsonInt64(7));
    }

    private static BsonDocument optime(long seconds) {
        return new BsonDocument("ts", new BsonTimestamp((int) seconds, seconds == 0 ? 0 : 1))
                .append("t", new BsonInt64(seconds == 0 ? -1 : 1));
    }

    @Test
    void aDumpOfAnotherShardIsRefused() throws IOException {
        Path dump = folder.resolve("dump");
        write(
                dump.resolve("admin/system.version.bson"),
                BsonDocument.parse("{_id: 'shardIdentity', shardName: 'north'}"));
        write(dump.resolve("oplog.bson"), noop(10, 1));

        CommandRun other = files.importsDump(dump);
        CommandRun own = files.importsDump(dump, "--shard=north");

        assertThat(other.exitCode()).as(other.err()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("is of shard:north", "not of shard:rs0", "--shard");
        assertThat(own.exitCode()).as(own.err()).isEqualTo(ExitCode.DONE);
    }

    /** Unless something was made in the database meanwhile. */
    @ParameterizedTest
    @CsvSource({"d, x, refused", "d, shop, taken", "e, x, taken"})
    void aDumpOfAnotherReplicaSetThanTheOplogIsRefused(String other, String made, String how)
            throws IOException {
        String dumped = "0000000000000000000000000000000d";
        write(folder.resolve("dump/shop/orders.bson"), BsonDocument.parse("{_id: 1}"));
        Files.writeString(
                folder.resolve("dump/shop/orders.metadata.json"),
                "{\"indexes\": [], \"options\": {}, \"type\": \"collection\", \"uuid\": \""
                        + dumped
                        + "\"}");
        Path oplog =
                write(
                        folder.resolve("oplog"),
                        noop(10, 1),
                        insert(11, 1, 1).append("ui", uuid(other.equals("d") ? 0xc : 0xd)),
                        DumpFiles.entry(
                                12, 1, "c", made + ".$cmd", BsonDocument.parse("{create: 'c'}")),
                        noop(13, 1));

        CommandRun run = files.imports(oplog, "--dump", folder.resolve("dump").toString());

        boolean refused = how.equals("refused");
        assertThat(run.exitCode())
                .as(run.err())
                .isEqualTo(refused ? ExitCode.ARCHIVE_DAMAGED : ExitCode.DONE);
        if (refused) {
            assertThat(run.err())
                    .contains(
                            "don't belong together", "shop.orders", "11:1", "0000000d", "0000000c");
            assertThat(files.objects()).isEmpty();
        }
    }

    /** The dump tells no UUIDs; what is updated behind its end shows it. */
    @Test
    void aRealDumpBesideTheOtherShardsOplogIsNoBase() throws IOException {
        RealBackup backup = RealBackup.in(folder);

        for (List<String> pair : List.of(List.of("rs1", "rs2"), List.of("rs2", "rs1"))) {
            CommandRun run = backup.imports(pair.get(0), backup.oplogs(pair.get(1)));

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
            assertThat(run.err()).contains("don't belong together", "trx.test");
        }
        assertThat(files.objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
    }

    /** Of a sharded collection, which has one UUID on all shards, so that UUIDs tell nothing. */
    @Test
    void aDumpThatLacksWhatTheOplogWritesToIsNoBase() throws IOException {
        write(folder.resolve("dump/shop/orders.bson"), BsonDocument.parse("{_id: 1}"));
        BsonDocument update =
                DumpFiles.entry(11, 1, "u", "shop.orders", BsonDocument.parse("{_id: 2, a: 1}"))
                        .append("o2", BsonDocument.parse("{_id: 2}"));
        Path oplog = write(folder.resolve("oplog"), noop(10, 1), update, noop(13, 1));
        Files.writeString(
                folder.resolve("dump/shop/orders.metadata.json"),
                "{\"indexes\": [{\"v\": 2, \"key\": {\"_id\": 1}, \"name\": \"_id_\"}]}");

        CommandRun run = files.imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("don't belong together", "11:1", "shop.orders");
        assertThat(files.objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
        assertThat(files.objects()).noneMatch(key -> key.toString().endsWith(".slice"));
        write(
                folder.resolve("dump/shop/orders.bson"),
                BsonDocument.parse("{_id: 1}"),
                BsonDocument.parse("{_id: 2}"));
        CommandRun whole = files.imports(oplog, "--dump", folder.resolve("dump").toString());
        assertThat(whole.exitCode()).as(whole.err()).isEqualTo(ExitCode.DONE);
    }

    private static BsonBinary uuid(int last) {
        byte[] bytes = new byte[16];
        bytes[15] = (byte) last;
        return new BsonBinary(BsonBinarySubType.UUID_STANDARD, bytes);
    }

    @Test
    void aCollectionThatIsThereTwiceIsNotChosenFrom() throws IOException {
        Path oplog = write(folder.resolve("oplog"), noop(10, 1));
        byte[] whole = DumpFiles.bytes(List.of(BsonDocument.parse("{_id: 1, a: 'text'}")));
        write(folder.resolve("dump/shop/a.bson"), whole);
        write(folder.resolve("dump/shop/a.bson.gz"), whole);

        CommandRun run = files.imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("a.bson and a.bson.gz are of one collection");
        assertThat(files.objects()).isEmpty();
    }

    @Test
    void aTruncatedFileLeavesNoTrace() throws IOException {
        byte[] whole = DumpFiles.bytes(List.of(insert(10, 1, 1), insert(11, 1, 2)));
        Path cut = write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 3));

        CommandRun run = files.imports(cut);

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("cut off").contains(cut.toString());
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(5);
        assertThat(files.objects()).isEmpty();
    }

    @Test
    void aDumpWhoseCollectionIsTruncatedIsNoBase() throws IOException {
        Path oplog = write(folder.resolve("oplog"), noop(10, 1));
        byte[] whole = DumpFiles.bytes(List.of(BsonDocument.parse("{_id: 1, a: 'text'}")));
        write(folder.resolve("dump/shop/a.bson"), whole);
        write(folder.resolve("dump/shop/b.bson"), Arrays.copyOf(whole, 9));

        CommandRun run = files.imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(files.objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
        assertThat(files.objects()).noneMatch(key -> key.toString().endsWith(".slice"));
    }
}
