package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.noop;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportCommandTest {
    @TempDir private Path folder;

    @Test
    void bringsARealBackupInAndTheArchiveIsSound() {
        RealBackup backup = RealBackup.in(folder);

        JsonNode rs1 = backup.imports("rs1", backup.oplogs("rs1")).json();
        JsonNode rs2 = backup.imports("rs2", backup.oplogs("rs2")).json();
        JsonNode cfg = backup.imports("cfg", backup.oplogs("cfg")).json();

        assertThat(rs1.get("entries").asLong()).isEqualTo(4 + 124 + 4 - 1);
        assertThat(rs1.get("duplicates").asLong()).isEqualTo(1);
        assertThat(rs1.get("documents").asLong()).isEqualTo(3 + 4);
        assertThat(rs1.get("from").asText()).isEqualTo("1644242753:1");
        assertThat(rs1.get("through").asText()).isEqualTo("1644243443:1");
        assertThat(rs1.get("usableFrom").asText()).isEqualTo("1644242763:4");
        assertThat(rs1.get("gaps")).isEmpty();
        assertThat(rs1.get("unproven")).hasSize(1);
        assertThat(rs2.get("entries").asLong()).isEqualTo(4 + 109 + 4 - 1);
        assertThat(cfg.get("entries").asLong()).isEqualTo(42 + 1986 + 98 - 1);
        CommandRun verified =
                CommandRun.of("verify", "--json", "--cluster=pbm", "--bucket=" + backup.bucket());
        assertThat(verified.exitCode()).as(verified.err()).isEqualTo(ExitCode.DONE);
        assertThat(verified.json().get("entries").asLong()).isEqualTo(131 + 116 + 2125);
        assertThat(verified.json().get("problems")).isEmpty();
    }

    @Test
    void theSameImportAgainInAnyOrderOfFilesChangesNothing() throws IOException {
        RealBackup backup = RealBackup.in(folder);
        CommandRun first = backup.imports("rs1", backup.oplogs("rs1"));
        List<Path> stored = objects();
        List<Path> turned = new java.util.ArrayList<>(backup.oplogs("rs1"));
        Collections.reverse(turned);

        CommandRun again = backup.imports("rs1", turned);

        assertThat(again.json()).isEqualTo(first.json());
        assertThat(objects()).isEqualTo(stored);
    }

    @Test
    void laterFilesGoOnWhereTheArchiveEnds() {
        RealBackup backup = RealBackup.in(folder);
        List<Path> oplogs = backup.oplogs("rs1");
        backup.imports("rs1", oplogs.subList(0, 2));

        CommandRun later =
                CommandRun.of(
                        "import",
                        "--json",
                        "--cluster=pbm",
                        "--bucket=" + backup.bucket(),
                        "--replica-set=rs1",
                        "--oplog",
                        oplogs.get(2).toString());

        assertThat(later.json().get("entries").asLong()).isEqualTo(4);
        assertThat(verify().get("entries").asLong()).isEqualTo(131);
        assertThat(verify().get("problems")).isEmpty();
    }

    @Test
    void aMissingFileIsAGapUntilItIsImported() {
        RealBackup backup = RealBackup.in(folder);
        List<Path> oplogs = backup.oplogs("rs1");
        JsonNode without = backup.imports("rs1", List.of(oplogs.get(0), oplogs.get(2))).json();
        assertThat(without.get("gaps")).hasSize(1);
        assertThat(without.at("/gaps/0/after").asText()).isEqualTo("1644242763:4");
        assertThat(verify().at("/problems/0/what").asText()).contains("known gap");

        backup.imports("rs1", oplogs);

        assertThat(verify().get("problems")).isEmpty();
    }

    @Test
    void collectionsWhoseIndexesNobodyToldAreNamed() {
        Path dump = folder.resolve("dump");
        write(dump.resolve("shop/orders.bson"), new BsonDocument("_id", new BsonInt32(1)));
        write(dump.resolve("shop/told.bson"), new BsonDocument("_id", new BsonInt32(1)));
        write(
                dump.resolve("shop/told.metadata.json"),
                "{\"indexes\": [{\"v\": 2, \"key\": {\"_id\": 1}, \"name\": \"_id_\"}]}"
                        .getBytes(StandardCharsets.UTF_8));
        write(dump.resolve("config/version.bson"), new BsonDocument("_id", new BsonInt32(1)));
        Path oplog = write(folder.resolve("o"), insert(10, 1, 1), insert(11, 1, 2));

        CommandRun run = imports(oplog, "--dump=" + dump);

        assertThat(run.json().get("lackingMetadata"))
                .extracting(JsonNode::asText)
                .containsExactly("shop.orders");
        assertThat(run.err())
                .contains("WARNING")
                .contains("no .metadata.json of [shop.orders]")
                .contains("indexes are unknown");
    }

    @Test
    void theOperatorsWordOverrulesTheSilence() {
        RealBackup backup = RealBackup.in(folder);
        List<Path> oplogs = backup.oplogs("rs1");

        JsonNode json =
                backup.imports("rs1", List.of(oplogs.get(0), oplogs.get(2)), "--assume-contiguous")
                        .json();

        assertThat(json.get("gaps")).isEmpty();
        assertThat(json.get("unproven")).hasSize(1);
    }

    @Test
    void filesOfAnotherHistoryAreRefusedAndNothingIsStored() throws IOException {
        imports(write(folder.resolve("a"), insert(10, 1, 1), insert(11, 1, 2)));
        List<Path> stored = objects();

        CommandRun other = imports(write(folder.resolve("b"), insert(10, 1, 1), insert(12, 1, 3)));

        assertThat(other.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(other.err()).contains("another history");
        assertThat(objects()).isEqualTo(stored);
    }

    @Test
    void aDumpOfAnotherShardIsRefused() throws IOException {
        Path dump = folder.resolve("dump");
        DumpFiles.write(
                dump.resolve("admin/system.version.bson"),
                org.bson.BsonDocument.parse("{_id: 'shardIdentity', shardName: 'north'}"));
        DumpFiles.write(dump.resolve("oplog.bson"), DumpFiles.noop(10, 1));

        CommandRun other = importOf(dump);
        CommandRun own = importOf(dump, "--shard=north");

        assertThat(other.exitCode()).as(other.err()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("is of shard:north", "not of shard:rs0", "--shard");
        assertThat(own.exitCode()).as(own.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theOplogInADumpOfEverythingIsNoCollectionAndCanBeGivenAsOplog() throws IOException {
        Path dump = folder.resolve("dump");
        Path oplog = dump.resolve("local/oplog.rs.bson");
        DumpFiles.write(oplog, DumpFiles.noop(10, 1), DumpFiles.insert(11, 1, 1));
        DumpFiles.write(dump.resolve("shop/orders.bson"), org.bson.BsonDocument.parse("{_id: 1}"));

        CommandRun run = importOf(dump, "--oplog", oplog.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().get("collections").asInt()).isEqualTo(1);
        assertThat(run.json().get("entries").asInt()).isEqualTo(2);
    }

    private CommandRun importOf(Path dump, String... further) {
        return CommandRun.of(
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(
                                        "import",
                                        "--json",
                                        "--cluster=c",
                                        "--bucket=file:" + folder.resolve("bucket"),
                                        "--replica-set=rs0",
                                        "--dump=" + dump),
                                java.util.stream.Stream.of(further))
                        .toArray(String[]::new));
    }

    @Test
    void aTermThatFallsIsAnotherHistory() throws IOException {
        CommandRun run =
                imports(
                        write(
                                folder.resolve("a"),
                                insert(10, 1, 1).append("t", new BsonInt64(2)),
                                insert(11, 1, 2)));

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("(term 1) follows").contains("(term 2)");
        assertThat(objects()).isEmpty();
    }

    @Test
    void anEntryThatSaysNotWhatWasWrittenIsNone() throws IOException {
        BsonDocument without = insert(11, 1, 2);
        without.remove("o");

        CommandRun run = imports(write(folder.resolve("a"), insert(10, 1, 1), without));

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err())
                .contains("entry 2")
                .contains("has no o")
                .contains("Copy the oplog again");
        assertThat(objects()).isEmpty();
    }

    @Test
    void aCollectionThatIsThereTwiceIsNotChosenFrom() throws IOException {
        Path oplog = write(folder.resolve("oplog"), noop(10, 1));
        byte[] whole = DumpFiles.bytes(List.of(BsonDocument.parse("{_id: 1, a: 'text'}")));
        write(folder.resolve("dump/shop/a.bson"), whole);
        write(folder.resolve("dump/shop/a.bson.gz"), whole);

        CommandRun run = imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("a.bson and a.bson.gz are of one collection");
        assertThat(objects()).isEmpty();
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
                imports(
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
            assertThat(objects()).isEmpty();
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

        CommandRun run = imports(oplog, "--dump", folder.resolve("dump").toString());

        boolean refused = how.equals("refused");
        assertThat(run.exitCode())
                .as(run.err())
                .isEqualTo(refused ? ExitCode.ARCHIVE_DAMAGED : ExitCode.DONE);
        if (refused) {
            assertThat(run.err())
                    .contains(
                            "don't belong together", "shop.orders", "11:1", "0000000d", "0000000c");
            assertThat(objects()).isEmpty();
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
        assertThat(objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
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

        CommandRun run = imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("don't belong together", "11:1", "shop.orders");
        assertThat(objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
        assertThat(objects()).noneMatch(key -> key.toString().endsWith(".slice"));
        write(
                folder.resolve("dump/shop/orders.bson"),
                BsonDocument.parse("{_id: 1}"),
                BsonDocument.parse("{_id: 2}"));
        CommandRun whole = imports(oplog, "--dump", folder.resolve("dump").toString());
        assertThat(whole.exitCode()).as(whole.err()).isEqualTo(ExitCode.DONE);
    }

    private static BsonBinary uuid(int last) {
        byte[] bytes = new byte[16];
        bytes[15] = (byte) last;
        return new BsonBinary(BsonBinarySubType.UUID_STANDARD, bytes);
    }

    @Test
    void aTruncatedFileLeavesNoTrace() throws IOException {
        byte[] whole = DumpFiles.bytes(List.of(insert(10, 1, 1), insert(11, 1, 2)));
        Path cut = write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 3));

        CommandRun run = imports(cut);

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("cut off").contains(cut.toString());
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(5);
        assertThat(objects()).isEmpty();
    }

    @Test
    void aDumpWhoseCollectionIsTruncatedIsNoBase() throws IOException {
        Path oplog = write(folder.resolve("oplog"), noop(10, 1));
        byte[] whole = DumpFiles.bytes(List.of(BsonDocument.parse("{_id: 1, a: 'text'}")));
        write(folder.resolve("dump/shop/a.bson"), whole);
        write(folder.resolve("dump/shop/b.bson"), Arrays.copyOf(whole, 9));

        CommandRun run = imports(oplog, "--dump", folder.resolve("dump").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
        assertThat(objects()).noneMatch(key -> key.toString().endsWith(".slice"));
    }

    @Test
    void aDumpsOwnOplogTellsWhenItEnded() {
        write(folder.resolve("dump/shop/a.bson"), BsonDocument.parse("{_id: 1}"));
        write(folder.resolve("dump/oplog.bson"), noop(20, 1), noop(25, 1));
        Path before = write(folder.resolve("before"), noop(10, 1), noop(22, 1));

        JsonNode json = imports(before, "--dump", folder.resolve("dump").toString()).json();

        assertThat(json.get("from").asText()).isEqualTo("10:1");
        assertThat(json.get("usableFrom").asText()).isEqualTo("25:1");
    }

    @Test
    void aDumpWithoutOplogIsRefused() {
        write(folder.resolve("dump/shop/a.bson"), BsonDocument.parse("{_id: 1}"));

        CommandRun run =
                CommandRun.of(
                        "import",
                        "--cluster=c",
                        "--bucket=file:" + folder.resolve("bucket"),
                        "--replica-set=rs0",
                        "--dump=" + folder.resolve("dump"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("oplog");
    }

    private CommandRun imports(Path oplog, String... further) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "import",
                                        "--json",
                                        "--cluster=pbm",
                                        "--bucket=file:" + folder.resolve("bucket"),
                                        "--replica-set=rs1",
                                        "--oplog=" + oplog),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private JsonNode verify() {
        return CommandRun.of(
                        "verify",
                        "--json",
                        "--cluster=pbm",
                        "--bucket=file:" + folder.resolve("bucket"))
                .json();
    }

    private List<Path> objects() throws IOException {
        Path bucket = folder.resolve("bucket");
        if (!Files.exists(bucket)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(bucket)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
