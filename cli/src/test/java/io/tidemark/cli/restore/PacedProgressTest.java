package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.Console;
import io.tidemark.cli.Progress;
import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a restore tells of itself, and what is made of it. */
final class PacedProgressTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final ReplicaSet RS1 = new ReplicaSet("rs1");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final RestoreSize size =
            new RestoreSize(
                    new ClusterTime(2_000, 5),
                    Map.of(RS0, 1_000L),
                    Map.of(RS0, new ClusterTime(1_000, 0), RS1, new ClusterTime(1_500, 0)));
    private long nanos;

    @Test
    void tellsShareAndPaceAndTimeLeftAndLagOfEachReplicaSetAndOfAll() throws Exception {
        PacedProgress progress = progress("json");
        progress.phase(Phase.REPLAY);
        progress.replayed(RS0, 0, new ClusterTime(1_000, 1));
        progress.replayed(RS1, 0, new ClusterTime(1_500, 1));
        pass(10);
        progress.replayed(RS1, 4_000, new ClusterTime(1_875, 0));
        err.reset();
        pass(10);
        progress.replayed(RS0, 8_000, new ClusterTime(1_500, 0));

        List<JsonNode> events = events();
        assertThat(events).hasSize(3);
        JsonNode slow = events.get(0);
        assertThat(slow.get("replicaSet").textValue()).isEqualTo("rs0");
        assertThat(slow.get("phase").textValue()).isEqualTo("replay");
        assertThat(slow.get("percent").doubleValue()).isEqualTo(50);
        assertThat(slow.get("perSecond").doubleValue()).isEqualTo(400);
        assertThat(slow.get("etaSeconds").longValue()).isEqualTo(20);
        assertThat(slow.get("lagSeconds").longValue()).isEqualTo(500);
        assertThat(slow.get("clusterTime").textValue()).isEqualTo("1500:0");
        JsonNode all = events.get(2);
        assertThat(all.get("replicaSet").isNull()).isTrue();
        assertThat(all.get("done").longValue()).isEqualTo(12_000);
        assertThat(all.get("percent").doubleValue()).isEqualTo(50);
        assertThat(all.get("etaSeconds").longValue()).isEqualTo(20);
        assertThat(all.get("lagSeconds").longValue()).isEqualTo(500);
    }

    @Test
    void aRestoreThatGoesOnIsMeasuredFromWhereItGoesOn() throws Exception {
        PacedProgress progress = progress("json");
        progress.phase(Phase.BASE);
        progress.baseLoaded(RS0, 800);
        pass(10);
        progress.baseLoaded(RS0, 900);

        JsonNode event = events().get(1);
        assertThat(event.get("percent").doubleValue()).isEqualTo(90);
        assertThat(event.get("perSecond").doubleValue()).isEqualTo(10);
        assertThat(event.get("etaSeconds").longValue()).isEqualTo(10);
    }

    @Test
    void isSilentBetweenIntervalsAndTellsTheEndOfEachPhase() {
        PacedProgress progress = progress("log");
        progress.phase(Phase.REPLAY);
        progress.replayed(RS0, 10, new ClusterTime(1_100, 0));
        pass(5);
        progress.replayed(RS0, 20, new ClusterTime(1_200, 0));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("  … replay\n");

        progress.replayed(RS0, 60, new ClusterTime(2_000, 5));
        progress.phase(Phase.DECIDE);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "  … replay\n"
                                + "    replay: rs0 100 %, 60 entries (10/s), 0 s left, lag 0 s\n"
                                + "  … decide\n");
    }

    private PacedProgress progress(String way) {
        ProgressOption option = new ProgressOption();
        new CommandLine(new Holder(option))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs("--progress", way);
        Console console = new Console(stream(out), stream(err), false);
        return new PacedProgress(
                option.display(console, console.out(), Progress.of(console, "restore")),
                size,
                option.interval(console),
                () -> nanos);
    }

    @CommandLine.Command
    private record Holder(@CommandLine.Mixin ProgressOption option) {}

    private void pass(int seconds) {
        nanos += Duration.ofSeconds(seconds).toNanos();
    }

    private List<JsonNode> events() throws Exception {
        List<JsonNode> events = new ArrayList<>();
        for (String line : err.toString(StandardCharsets.UTF_8).split("\n")) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }

    private static PrintStream stream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }
}
