package io.tidemark.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
    @TempDir private Path folder;

    @Test
    void whatIsRestoredIsWhatWasAskedFor() {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        System.out.println("seed " + seed);

        CommandRun run =
                CommandRun.of(
                        "demo",
                        "--json",
                        "--seed=" + seed,
                        "--shards=2",
                        "--keep=" + folder.resolve("kept"));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.get("mismatches").asInt()).isZero();
        assertThat(json.get("seed").asLong()).isEqualTo(seed);
        assertThat(json.get("shards").asInt()).isEqualTo(2);
        assertThat(json.get("documents").asLong()).isGreaterThan(Shop.ACCOUNTS);
        // The last noops before the end may have missed the sink.
        assertThat(json.get("entriesArchived").asLong())
                .isGreaterThan(json.get("documents").asLong())
                .isLessThanOrEqualTo(json.get("entriesCaptured").asLong());
        assertThat(json.get("slices").asLong()).isPositive();
        assertThat(json.get("restoredTo").asText()).contains(":");
        assertThat(json.get("seconds").isNumber()).isTrue();
        for (String decision : List.of("in", "out", "undecided")) {
            assertThat(json.get("transactions").get(decision).isNumber()).isTrue();
        }
        assertThat(json.at("/restorableShare/exact").asDouble()).isBetween(0.95, 1.0);
        assertThat(json.at("/restorableShare/strict").asDouble()).isLessThan(0.5);
        assertThat(json.at("/explained/safe").asBoolean()).isFalse();
        assertThat(json.at("/explained/reason").asText()).contains("dropCollection of shop.orders");
        assertThat(json.get("timeline").asText()).isEqualTo("stored");
        assertThat(json.at("/live/restorableShare/exact").asDouble()).isBetween(0.95, 1.0);
        assertThat(json.at("/live/restorableShare/strict").asDouble()).isLessThan(0.5);
        assertThat(json.at("/live/events").asInt()).isGreaterThan(10);
        assertThat(run.err()).contains("OOPS").contains("The proof");
        assertThat(Files.isDirectory(folder.resolve("kept/s3"))).isTrue();
    }
}
