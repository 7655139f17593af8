package io.tidemark.cli.status;

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

class StatusCommandTest {
    @TempDir private Path folder;
    private RealBackup backup;

    @BeforeEach
    void findTheBackup() {
        backup = RealBackup.in(folder);
    }

    @Test
    void saysUntilWhenTheClusterCanBeRestored() {
        for (String set : List.of("rs1", "rs2", "cfg")) {
            backup.imports(set, backup.oplogs(set));
        }

        JsonNode json = status();

        assertThat(json.get("restorableUntil").asText()).isEqualTo("1644243443:1");
        assertThat(json.get("ageSeconds").asLong()).isPositive();
        assertThat(json.get("shards")).hasSize(3);
        assertThat(json.at("/shards/0/name").asText()).isEqualTo("cfg");
        assertThat(json.at("/shards/0/role").asText()).isEqualTo("config");
        assertThat(json.at("/shards/1/archivedUntil").asText()).isEqualTo("1644243443:1");
        assertThat(json.at("/shards/1/capturedUntil").isNull()).isTrue();
        assertThat(json.get("gaps")).isEmpty();
        assertThat(json.get("lastBase").asText()).isEqualTo("1644242765:16");
        assertThat(json.has("lastDrill")).isTrue();
    }

    @Test
    void aGapStandsInTheWayAndIsNamed() {
        List<Path> oplogs = backup.oplogs("rs1");
        backup.imports("rs1", List.of(oplogs.get(0), oplogs.get(2)));

        JsonNode json = status();

        assertThat(json.get("restorableUntil").isNull()).isTrue();
        assertThat(json.get("hindrance").asText()).contains("gap");
        assertThat(json.at("/gaps/0/replicaSet").asText()).isEqualTo("rs1");
    }

    private JsonNode status() {
        CommandRun run =
                CommandRun.of("status", "--json", "--cluster=pbm", "--bucket=" + backup.bucket());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run.json();
    }
}
