package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @TempDir private Path folder;
    private RealBackup backup;

    @BeforeEach
    void importTheBackup() {
        backup = RealBackup.in(folder);
        for (String replicaSet : new String[] {"rs1", "rs2", "cfg"}) {
            CommandRun run = backup.imports(replicaSet, backup.oplogs(replicaSet));
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void saysFromWhatEachReplicaSetWouldBeRestored() {
        CommandRun run = plan("1644243375:4");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.get("restoredTo").asText()).isEqualTo("1644243375:4");
        assertThat(json.at("/replicaSets/rs2/role").asText()).isEqualTo("shard:rsx");
        assertThat(json.at("/replicaSets/cfg/role").asText()).isEqualTo("config");
        assertThat(json.at("/replicaSets/rs1/base").asText()).startsWith("import-");
        assertThat(json.at("/replicaSets/rs1/entriesRead").isNumber()).isTrue();
        assertThat(json.get("transactions").isArray()).isTrue();
        assertThat(json.get("verified").asBoolean()).isFalse();
        assertThat(json.get("bytes").asLong()).isPositive();
        assertThat(json.get("baseDocuments").asLong()).isPositive();
        assertThat(json.get("entries").asLong()).isPositive();
        assertThat(json.at("/replicaSets/rs1/entries").asLong()).isPositive();
        assertThat(json.at("/estimate/by").asText()).isEqualTo("defaults");
        assertThat(json.at("/estimate/phases/replay").isNumber()).isTrue();
    }

    @Test
    void namesTheTransactionsThatAreOpenThenAndWhatBecomesOfThem() {
        // Not every shard has written the outcome of its part by then.
        JsonNode transactions = plan("1644243375:4").json().get("transactions");

        assertThat(transactions).isNotEmpty();
        for (JsonNode transaction : transactions) {
            assertThat(transaction.get("id").asText()).contains("txnNumber");
            assertThat(transaction.get("preparedAt").asText()).startsWith("16442433");
            assertThat(transaction.get("replicaSets")).isNotEmpty();
            assertThat(transaction.get("decision").asText()).isIn("in", "out", "undecided");
            assertThat(transaction.get("decidedBy").asText()).isNotEmpty();
        }
    }

    @Test
    void aTimeBeforeTheBackupWasConsistentIsRefusedWithTheNextThatIsNot() {
        CommandRun run = plan("1644242764:1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(run.err()).contains("1644242765:16");
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(3);
    }

    @Test
    void aTimeBeyondTheArchiveIsRefused() {
        assertThat(plan("1644243445:1").exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(plan("2022-02-07T14:16:00Z").exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aFlippedBitIsFoundAndNamed() throws IOException {
        Path slice = aSlice();
        flipOneBit(slice);

        CommandRun run =
                CommandRun.of("verify", "--json", "--cluster=pbm", "--bucket=" + backup.bucket());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.json().get("problems")).hasSize(1);
        assertThat(run.json().at("/problems/0/key").asText())
                .endsWith(slice.getFileName().toString());
        assertThat(run.json().at("/problems/0/act").asText()).isNotEmpty();
    }

    @Test
    void anotherClustersNameIsToldWhatTheBucketHolds() {
        CommandRun run = CommandRun.of("verify", "--cluster=other", "--bucket=" + backup.bucket());

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("pbm");
    }

    private CommandRun plan(String to) {
        return CommandRun.of(
                "plan", "--json", "--cluster=pbm", "--bucket=" + backup.bucket(), "--to=" + to);
    }

    private Path aSlice() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("bucket"))) {
            return files.filter(f -> f.toString().endsWith(".slice")).findFirst().orElseThrow();
        }
    }

    private static void flipOneBit(Path file) throws IOException {
        file.toFile().setWritable(true);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = bytes.length() / 2;
            bytes.seek(middle);
            int was = bytes.read();
            bytes.seek(middle);
            bytes.write(was ^ 1);
        }
    }
}
