package io.tidemark.restore.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.PhaseCourse;
import io.tidemark.storage.drill.RestoreAmounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RestoreEstimateTest {
    private static final RestoreAmounts DRILLED =
            new RestoreAmounts(
                    1_000_000_000, 2_000_000_000, 1_000_000, 300_000, 500_000, 2_000_000);

    @Test
    void eachPhaseTakesItsShareOfWhatTheDrillTook() {
        RestoreAmounts planned =
                new RestoreAmounts(
                        3_000_000_000L, 2_000_000_000, 1_000_000, 900_000, 1_500_000, 2_000_000);

        RestoreEstimate estimate = estimate(planned, List.of(drill()));

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
        assertThat(estimate(DRILLED, List.of(drill())).total()).isEqualTo(drill().took());
    }

    @Test
    void withoutADrillTheDefaultsTell() {
        RestoreEstimate estimate = estimate(DRILLED, List.of());

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
                        Map.of("replay", PhaseCourse.of(Duration.ofMillis(100))),
                        new RestoreAmounts(100, 0, 0, 10, 10, 0),
                        10,
                        0,
                        0);

        RestoreEstimate estimate =
                estimate(new RestoreAmounts(1, 0, 0, 1_000_010, 1_000_010, 0), List.of(tiny));

        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(50.1);
    }

    /** 4 s to begin and 10,000 entries/s: the rate of either alone would tell another time. */
    @Test
    void drillsOfTwoSizesTellWhatAPhaseTakesToBegin() {
        List<DrillResult> drills =
                List.of(replayed("given", 400_000, 44_000), replayed("given", 100_000, 14_000));

        RestoreEstimate estimate = estimate(entries(1_000_000), drills);

        assertThat(seconds(estimate, Phase.REPLAY)).isEqualTo(104);
        assertThat(estimate.least()).isLessThan(estimate.total());
        assertThat(estimate.spread()).isEqualTo(1.3);
    }

    @Test
    void whatGrewSlowerIsNotToldToEndBeforeItBegins() {
        List<DrillResult> drills =
                List.of(replayed("given", 400_000, 44_000), replayed("given", 100_000, 2_000));

        RestoreEstimate estimate = estimate(entries(100), drills);

        assertThat(seconds(estimate, Phase.REPLAY)).isPositive();
    }

    /** 5 s for the first 10,000 of 100,000, then 10,000 a second. */
    @Test
    void oneDrillTellsWhatAPhaseTakesToGetUnderWay() {
        DrillResult drill = course(10_000, 5, 50_000, 9, 100_000, 14);

        assertThat(replaySeconds(100_000, drill)).isEqualTo(14);
        assertThat(replaySeconds(400_000, drill)).isEqualTo(44);
        assertThat(replaySeconds(30_000, drill)).isEqualTo(7);
        assertThat(replaySeconds(1_000, drill)).isEqualTo(0.5);
    }

    @Test
    void aShortReplayDoesNotMakeAnHourOfAMinuteEither() {
        PhaseCourse course =
                new PhaseCourse(
                        Duration.ofMillis(100),
                        List.of(
                                new PhaseCourse.Mark(5, Duration.ofMillis(60)),
                                new PhaseCourse.Mark(10, Duration.ofMillis(90))));

        assertThat(replaySeconds(1_000_010, replayed("given", 10, course))).isEqualTo(50.1);
    }

    @Test
    void theDrillNearerInSizeCountsMore() {
        DrillResult small = course(5_000, 1, 10_000, 2);
        DrillResult large = course(500_000, 50, 1_000_000, 100);
        DrillResult slow = course(500_000, 150, 1_000_000, 300);

        assertThat(replaySeconds(1_000_000, small, large)).isBetween(100.0, 107.0);
        assertThat(replaySeconds(1_000_000, large, slow)).isEqualTo(200);
        assertThat(replaySeconds(10_000, small, slow)).isBetween(2.0, 2.1);
    }

    @Test
    void aRestoreFarBeyondAllDrillsIsToldWithLessConfidence() {
        List<DrillResult> drills = List.of(course(5_000, 1, 10_000, 2), course(10_000, 2));

        assertThat(estimate(entries(40_000), drills).spread()).isEqualTo(1.3);
        assertThat(estimate(entries(41_000), drills).spread()).isEqualTo(1.6);
    }

    /** It plans again. */
    @Test
    void planningTakesWhatItHasJustTaken() {
        RestoreEstimate estimate =
                RestoreEstimate.of(DRILLED, Duration.ofSeconds(7), List.of(drill()));

        assertThat(seconds(estimate, Phase.PLAN)).isEqualTo(7);
    }

    @Test
    void drillsIntoEmbeddedServersCountOnlyWhereThereAreNoOthers() {
        DrillResult embedded = replayed(DrillResult.EMBEDDED, 100_000, 1_000);
        DrillResult given = replayed("given", 100_000, 10_000);

        RestoreEstimate both = estimate(entries(200_000), List.of(embedded, given));
        RestoreEstimate alone = estimate(entries(200_000), List.of(embedded));

        assertThat(seconds(both, Phase.REPLAY)).isEqualTo(20);
        assertThat(both.by()).containsExactly(given);
        assertThat(seconds(alone, Phase.REPLAY)).isEqualTo(2);
        assertThat(alone.spread()).isGreaterThan(1.3);
    }

    private static RestoreEstimate estimate(RestoreAmounts planned, List<DrillResult> drills) {
        return RestoreEstimate.of(planned, Duration.ofSeconds(1), drills);
    }

    private static double replaySeconds(long operations, DrillResult... drills) {
        return seconds(estimate(entries(operations), List.of(drills)), Phase.REPLAY);
    }

    /**
     * A replay.
     *
     * @param doneAndSeconds in turn, of the whole last
     */
    private static DrillResult course(long... doneAndSeconds) {
        List<PhaseCourse.Mark> marks = new ArrayList<>();
        for (int i = 0; i < doneAndSeconds.length; i += 2) {
            marks.add(
                    new PhaseCourse.Mark(
                            doneAndSeconds[i], Duration.ofSeconds(doneAndSeconds[i + 1])));
        }
        PhaseCourse.Mark last = marks.get(marks.size() - 1);
        return replayed("given", last.done(), new PhaseCourse(last.after(), marks));
    }

    private static RestoreAmounts entries(long entries) {
        return new RestoreAmounts(0, 0, 0, entries, entries, 0);
    }

    private static DrillResult replayed(String target, long entries, long millis) {
        return replayed(target, entries, PhaseCourse.of(Duration.ofMillis(millis)));
    }

    private static DrillResult replayed(String target, long entries, PhaseCourse course) {
        return new DrillResult(
                new ObjectKey.OfDrill(new ClusterName("shop"), Instant.EPOCH),
                new ClusterTime(1, 1),
                "exact",
                target,
                List.of(),
                course.took(),
                Map.of("replay", course),
                entries(entries),
                entries,
                0,
                0);
    }

    private static DrillResult drill() {
        Map<String, PhaseCourse> phases = new LinkedHashMap<>();
        Map.of(
                        "guard",
                        2,
                        "check",
                        10,
                        "base",
                        100,
                        "replay",
                        25,
                        "decide",
                        1,
                        "orphans",
                        5,
                        "indexes",
                        30,
                        "identity",
                        1,
                        "verify",
                        20)
                .forEach((phase, s) -> phases.put(phase, PhaseCourse.of(Duration.ofSeconds(s))));
        return new DrillResult(
                new ObjectKey.OfDrill(new ClusterName("shop"), Instant.EPOCH),
                new ClusterTime(1, 1),
                "exact",
                "given",
                List.of(),
                Duration.ofSeconds(195),
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
