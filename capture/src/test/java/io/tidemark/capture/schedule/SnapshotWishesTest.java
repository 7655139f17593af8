package io.tidemark.capture.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.schedule.Invalidations.Invalidation;
import io.tidemark.capture.schedule.SnapshotWishes.Wish;
import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotWishesTest {
    private static final Instant DUE = Instant.parse("2026-11-20T02:00:00Z");
    private static final String NAME = "scheduled-20261120T020000Z";
    private Optional<Bases.Newest> newest = Optional.empty();
    private Optional<Invalidation> event = Optional.empty();

    private final SnapshotWishes wishes =
            new SnapshotWishes(
                    SnapshotSchedule.parse(SnapshotSchedule.DAILY).orElseThrow(),
                    Duration.ofHours(6),
                    () -> newest,
                    () -> event);

    private static ClusterTime time(Instant instant) {
        return new ClusterTime(instant.getEpochSecond(), 1);
    }

    /** Scanned for ten minutes. */
    private void baseUsableFrom(Instant instant) {
        newest =
                Optional.of(
                        new Bases.Newest(
                                time(instant.minus(Duration.ofMinutes(10))), time(instant)));
    }

    @ParameterizedTest
    @CsvSource({
        "0 2 * * *, 2026-11-20T01:59:59Z, 2026-11-19T02:00:00Z",
        "0 2 * * *, 2026-11-20T02:00:00Z, 2026-11-20T02:00:00Z",
        "0 2 * * *, 2026-11-20T02:00:00.500Z, 2026-11-20T02:00:00Z",
        "0 2 * * 0, 2026-11-20T02:00:00Z, 2026-11-15T02:00:00Z",
        "*/15 * * * *, 2026-11-20T02:44:59Z, 2026-11-20T02:30:00Z",
        "0 0 29 2 *, 2026-11-20T02:00:00Z, 2024-02-29T00:00:00Z"
    })
    void theLastDueTimeIsTheOneBeforeOrNow(String cron, Instant now, Instant due) {
        assertThat(SnapshotSchedule.parse(cron).orElseThrow().lastDue(now)).contains(due);
    }

    @Test
    void noneSwitchesItOffAndWhatIsNoCronExpressionIsRefused() {
        assertThat(SnapshotSchedule.parse(" None ")).isEmpty();
        assertThatThrownBy(() -> SnapshotSchedule.parse("daily"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 2 * * *")
                .hasMessageContaining("none");
        assertThatThrownBy(() -> SnapshotSchedule.parse("0 25 * * *"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsDueIsWishedForHoweverNewTheLastBaseIs() {
        baseUsableFrom(DUE.minus(Duration.ofMinutes(30)));

        assertThat(wishes.at(DUE.plusSeconds(5))).containsExactly(new Wish(NAME, DUE));
    }

    @Test
    void whatWasMissedIsMadeUpForUnlessABaseIsThereFromAboutThen() {
        Instant noon = DUE.plus(Duration.ofHours(10));
        assertThat(wishes.at(noon)).containsExactly(new Wish(NAME, DUE));

        baseUsableFrom(DUE.minus(Duration.ofHours(24)));
        assertThat(wishes.at(noon)).containsExactly(new Wish(NAME, DUE));

        baseUsableFrom(DUE.minus(Duration.ofHours(2)));
        assertThat(wishes.at(noon)).isEmpty();

        baseUsableFrom(DUE.plus(Duration.ofMinutes(20)));
        assertThat(wishes.at(noon)).isEmpty();
    }

    @Test
    void aGapBehindTheBaseAsksForAnotherAtTheLeastDistance() {
        baseUsableFrom(DUE.plus(Duration.ofMinutes(20)));
        ClusterTime gap = time(DUE.plus(Duration.ofHours(1)));
        event = Optional.of(new Invalidation("gap", gap));
        Instant distant = DUE.plus(Duration.ofMinutes(20)).plus(Duration.ofHours(6));

        assertThat(wishes.at(distant.minusSeconds(1))).isEmpty();
        assertThat(wishes.at(distant))
                .containsExactly(new Wish("after-gap-" + gap.seconds() + "-1", distant));
        baseUsableFrom(distant.plus(Duration.ofMinutes(15)));
        assertThat(wishes.at(distant.plus(Duration.ofHours(8))))
                .as("a base began behind it")
                .isEmpty();
    }

    @Test
    void anEventDuringTheScanAsksForAnotherBase() {
        baseUsableFrom(DUE.plus(Duration.ofMinutes(20)));
        event = Optional.of(new Invalidation("addShard", time(DUE.plus(Duration.ofMinutes(15)))));

        assertThat(wishes.at(DUE.plus(Duration.ofHours(7)))).hasSize(1);
        event = Optional.of(new Invalidation("addShard", time(DUE.plus(Duration.ofMinutes(5)))));
        assertThat(wishes.at(DUE.plus(Duration.ofHours(7)))).isEmpty();
    }

    @Test
    void withoutAnyBaseAnEventAsksForNothingMore() {
        event = Optional.of(new Invalidation("gap", time(DUE)));

        assertThat(wishes.at(DUE.plus(Duration.ofHours(3))))
                .extracting(Wish::name)
                .containsExactly(NAME);
    }
}
