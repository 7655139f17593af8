package io.tidemark.restore.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.RestoreAmounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RestoreEstimateTest {
    private static final RestoreAmounts DRILLED =
            new RestoreAmounts(1_000_000_000, 2_000_000_000, 1_000_000, 500_000, 2_000_000);

    @Test
    void eachPhaseTakesItsShareOfWhatTheDrillTook() {
        RestoreAmounts planned =
                new RestoreAmounts(3_000_000_000L, 2_000_000_000, 1_000_000, 1_500_000, 2_000_000);

        RestoreEstimate estimate = RestoreEstimate.of(planned, List.of(drill()));

        assertThat(seconds(estimate, Phase.GUARD)).isEqualTo(2);
        assertThat(seconds(estimate, Phase.CHECK)).isEqualTo(30);
        assertThat(seconds(estimate, Phase.BASE)).isEqualTo(100);
        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(75);
        // Half a million entries left 250,000 documents more; three times as many leave 750,000.
        assertThat(seconds(estimate, Phase.VERIFY)).isEqualTo(20 * 1.75 / 1.25);
        assertThat(estimate.by()).hasSize(1);
    }

    @Test
    void theSameAgainTakesAsLong() {
        assertThat(RestoreEstimate.of(DRILLED, List.of(drill())).total()).isEqualTo(drill().took());
    }

    @Test
    void withoutADrillTheDefaultsTell() {
        RestoreEstimate estimate = RestoreEstimate.of(DRILLED, List.of());

        assertThat(seconds(estimate, Phase.CHECK)).isEqualTo(10);
        assertThat(seconds(estimate, Phase.BASE)).isEqualTo(100);
        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(25);
        assertThat(estimate.by()).isEmpty();
    }

    @Test
    void aDrillThatWasOverAtOnceDoesNotMakeAnHourOfAMinute() {
        DrillResult tiny =
                new DrillResult(
                        new ObjectKey.OfDrill(new ClusterName("shop"), Instant.EPOCH),
                        new ClusterTime(1, 1),
                        "exact",
                        "embedded",
                        List.of(),
                        Duration.ofMillis(100),
                        Map.of("replay", Duration.ofMillis(100)),
                        new RestoreAmounts(100, 0, 0, 10, 0),
                        10,
                        0,
                        0);

        RestoreEstimate estimate =
                RestoreEstimate.of(new RestoreAmounts(1, 0, 0, 1_000_010, 0), List.of(tiny));

        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(50.1);
    }

    /** 4 s to begin and 10,000 entries/s: the rate of either alone would tell another time. */
    @Test
    void drillsOfTwoSizesTellWhatAPhaseTakesToBegin() {
        List<DrillResult> drills =
                List.of(replayed("given", 400_000, 44_000), replayed("given", 100_000, 14_000));

        RestoreEstimate estimate = RestoreEstimate.of(entries(1_000_000), drills);

        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(104);
        assertThat(estimate.least()).isLessThan(estimate.total());
        assertThat(estimate.spread()).isEqualTo(1.3);
    }

    @Test
    void whatGrewSlowerIsNotToldToEndBeforeItBegins() {
        List<DrillResult> drills =
                List.of(replayed("given", 400_000, 44_000), replayed("given", 100_000, 2_000));

        RestoreEstimate estimate = RestoreEstimate.of(entries(100), drills);

        assertThat(seconds(estimate, Phase.REPLAY)).isPositive();
    }

    @Test
    void drillsIntoEmbeddedServersCountOnlyWhereThereAreNoOthers() {
        DrillResult embedded = replayed(DrillResult.EMBEDDED, 100_000, 1_000);
        DrillResult given = replayed("given", 100_000, 10_000);

        RestoreEstimate both = RestoreEstimate.of(entries(200_000), List.of(embedded, given));
        RestoreEstimate alone = RestoreEstimate.of(entries(200_000), List.of(embedded));

        assertThat(seconds(both, Phase.REPLAY)).isEqualTo(20);
        assertThat(both.by()).containsExactly(given);
        assertThat(seconds(alone, Phase.REPLAY)).isEqualTo(2);
        assertThat(alone.spread()).isGreaterThan(1.3);
    }

    private static RestoreAmounts entries(long entries) {
        return new RestoreAmounts(0, 0, 0, entries, 0);
    }

    private static DrillResult replayed(String target, long entries, long millis) {
        return new DrillResult(
                new ObjectKey.OfDrill(new ClusterName("shop"), Instant.EPOCH),
                new ClusterTime(1, 1),
                "exact",
                target,
                List.of(),
                Duration.ofMillis(millis),
                Map.of("replay", Duration.ofMillis(millis)),
                entries(entries),
                entries,
                0,
                0);
    }

    private static DrillResult drill() {
        Map<String, Duration> phases =
                Map.of(
                        "plan", Duration.ofSeconds(1),
                        "guard", Duration.ofSeconds(2),
                        "check", Duration.ofSeconds(10),
                        "base", Duration.ofSeconds(100),
                        "replay", Duration.ofSeconds(25),
                        "decide", Duration.ofSeconds(1),
                        "orphans", Duration.ofSeconds(5),
                        "indexes", Duration.ofSeconds(30),
                        "identity", Duration.ofSeconds(1),
                        "verify", Duration.ofSeconds(20));
        return new DrillResult(
                new ObjectKey.OfDrill(new ClusterName("shop"), Instant.EPOCH),
                new ClusterTime(1, 1),
                "exact",
                "given",
                List.of(),
                phases.values().stream().reduce(Duration.ZERO, Duration::plus),
                phases,
                DRILLED,
                1_250_000,
                0,
                0);
    }

    private static double seconds(RestoreEstimate estimate, Phase phase) {
        return estimate.phases().get(phase).toMillis() / 1e3;
    }
}
