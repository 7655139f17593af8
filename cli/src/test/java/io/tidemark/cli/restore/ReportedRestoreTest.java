package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.Console;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.GoingOn;
import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.InMemoryObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class ReportedRestoreTest {
    private static final long NANOS = 1_000_000_000;
    private static final RestoreReport TWO_SECONDS =
            new RestoreReport(
                    "5:1", "exact", List.of(), Map.of(), List.of(), 0, Map.of(), true, true,
                    Map.of(), List.of(), List.of(), List.of(), 2);

    /** As {@code plan} tells it, and as who waits for it takes it. */
    @Test
    void whatCameBeforeTheRestoreItselfIsPartOfHowLongItTook() throws Exception {
        assertThat(secondsTold(progress -> TWO_SECONDS, ExitCode.DONE)).isBetween(100.0, 200.0);
    }

    @Test
    void theSameIsToldOfARestoreThatDiffers() throws Exception {
        Function<RestoreProgress, RestoreReport> differing =
                progress -> {
                    throw new RestoreException.VerificationFailed("differs", TWO_SECONDS);
                };

        assertThat(secondsTold(differing, ExitCode.DIFFERENCE)).isBetween(100.0, 200.0);
    }

    /** Of a command that began its work 100 s ago. */
    private static double secondsTold(
            Function<RestoreProgress, RestoreReport> restore, ExitCode expected) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream err =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Console console =
                new Console(new PrintStream(out, true, StandardCharsets.UTF_8), err, false);
        PreparedRestore prepared =
                new PreparedRestore(
                        new RestorePlan(new ClusterTime(5, 1), List.of()),
                        ClusterTimeline.Origin.STORED,
                        List.of(),
                        Map.of());
        ExitCode code =
                new ReportedRestore(
                                console,
                                true,
                                new ProgressOption(),
                                GoingOn.promotion(),
                                System.nanoTime() - 100 * NANOS)
                        .run("restore", prepared, new InMemoryObjectStore(), restore);
        assertThat(code).isEqualTo(expected);
        return new ObjectMapper().readTree(out.toByteArray()).get("seconds").asDouble();
    }
}
