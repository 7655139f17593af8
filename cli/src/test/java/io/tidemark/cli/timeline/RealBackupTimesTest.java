package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The times of a real cluster's backup: three transactions over both shards, no DDL. */
class RealBackupTimesTest {
    private static final String PREPARED = "1644243375:4";
    @TempDir private Path folder;
    private RealBackup backup;

    @BeforeEach
    void findTheBackup() {
        backup = RealBackup.in(folder);
    }

    @Test
    void everyTimeFromTheDumpOnIsSafe() {
        importAll(backup.oplogs("rs1"));

        JsonNode windows = verb("windows").json();

        assertThat(windows.get("windows")).hasSize(1);
        assertThat(windows.at("/windows/0/from").asText()).isEqualTo("1644242765:16");
        assertThat(windows.at("/windows/0/to").asText()).isEqualTo("1644243443:1");
        assertThat(windows.get("restorableShare").asDouble()).isEqualTo(1);
        assertThat(verb("explain", "--at", PREPARED).exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode early = verb("explain", "--at", "1644242764:1").json();
        assertThat(early.at("/reasons/0/kind").asText()).isEqualTo("noBase");
        assertThat(early.get("after").asText()).isEqualTo("1644242765:16");
    }

    @Test
    void aMissingFileLeavesTheDumpWithoutUse() {
        List<Path> oplogs = backup.oplogs("rs1");
        importAll(List.of(oplogs.get(0), oplogs.get(2)));

        CommandRun run = verb("explain", "--at", PREPARED);

        assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(run.json().at("/reasons/0/reason").asText())
                .contains("no usable base")
                .contains("of rs1's oplog is missing");
        assertThat(verb("plan", "--to", PREPARED).exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
    }

    private void importAll(List<Path> ofRs1) {
        for (String set : List.of("rs1", "rs2", "cfg")) {
            CommandRun run = backup.imports(set, set.equals("rs1") ? ofRs1 : backup.oplogs(set));
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        }
    }

    private CommandRun verb(String verb, String... words) {
        return CommandRun.of(
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(
                                        verb,
                                        "--json",
                                        "--cluster=pbm",
                                        "--bucket=" + backup.bucket()),
                                java.util.stream.Stream.of(words))
                        .toArray(String[]::new));
    }
}
