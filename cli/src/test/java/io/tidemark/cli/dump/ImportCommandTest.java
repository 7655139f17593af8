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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What import brings in, and what it tells of it. */
class ImportCommandTest {
    @TempDir private Path folder;
    private ImportedFiles files;

    @BeforeEach
    void intoAnEmptyBucket() {
        files = new ImportedFiles(folder);
    }

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
        List<Path> stored = files.objects();
        List<Path> turned = new ArrayList<>(backup.oplogs("rs1"));
        Collections.reverse(turned);

        CommandRun again = backup.imports("rs1", turned);

        assertThat(again.json()).isEqualTo(first.json());
        assertThat(files.objects()).isEqualTo(stored);
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
        assertThat(files.verify().get("entries").asLong()).isEqualTo(131);
        assertThat(files.verify().get("problems")).isEmpty();
    }

    @Test
    void aMissingFileIsAGapUntilItIsImported() {
        RealBackup backup = RealBackup.in(folder);
        List<Path> oplogs = backup.oplogs("rs1");
        JsonNode without = backup.imports("rs1", List.of(oplogs.get(0), oplogs.get(2))).json();
        assertThat(without.get("gaps")).hasSize(1);
        assertThat(without.at("/gaps/0/after").asText()).isEqualTo("1644242763:4");
        assertThat(files.verify().at("/problems/0/what").asText()).contains("known gap");

        backup.imports("rs1", oplogs);

        assertThat(files.verify().get("problems")).isEmpty();
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

        CommandRun run = files.imports(oplog, "--dump=" + dump);

        assertThat(run.json().get("lackingMetadata"))
                .extracting(JsonNode::asText)
                .containsExactly("shop.orders");
        assertThat(run.err())
                .contains("WARNING")
                .contains("no .metadata.json of [shop.orders]")
                .contains("indexes are unknown");
    }

    @Test
    void theOplogInADumpOfEverythingIsNoCollectionAndCanBeGivenAsOplog() throws IOException {
        Path dump = folder.resolve("dump");
        Path oplog = dump.resolve("local/oplog.rs.bson");
        write(oplog, noop(10, 1), insert(11, 1, 1));
        write(dump.resolve("shop/orders.bson"), BsonDocument.parse("{_id: 1}"));

        CommandRun run = files.importsDump(dump, "--oplog", oplog.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().get("collections").asInt()).isEqualTo(1);
        assertThat(run.json().get("entries").asInt()).isEqualTo(2);
    }

    @Test
    void aDumpsOwnOplogTellsWhenItEnded() {
        write(folder.resolve("dump/shop/a.bson"), BsonDocument.parse("{_id: 1}"));
        write(folder.resolve("dump/oplog.bson"), noop(20, 1), noop(25, 1));
        Path before = write(folder.resolve("before"), noop(10, 1), noop(22, 1));

        JsonNode json = files.imports(before, "--dump", folder.resolve("dump").toString()).json();

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
}
