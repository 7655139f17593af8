package io.tidemark.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.metrics.StallWatch.Look;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StallWatchTest {
    private long now;
    private final StallWatch watch = new StallWatch(() -> Duration.ofSeconds(now).toNanos());

    @Test
    void whatWaitsAndDoesNotMoveIsAProblemAfterItsPatience() {
        look(0, 1, "x waits");
        assertThat(look(60, 1, "x waits")).isEmpty();
        assertThat(look(61, 1, "y waits"))
                .singleElement()
                .satisfies(p -> assertThat(p.part()).isEqualTo("rs0"))
                .satisfies(p -> assertThat(p.message()).isEqualTo("no progress for 61 s: y waits"));
    }

    @Test
    void whatMovesIsNoProblemHoweverMuchWaits() {
        for (int i = 0; i < 10; i++) {
            assertThat(look(i * 59L, i, "more")).isEmpty();
        }
    }

    @Test
    void whatHasNothingToDoIsNoProblemAndBeginsAnew() {
        look(0, 1, "x");
        assertThat(look(1000, 1, null)).isEmpty();
        assertThat(look(1059, 1, "x")).isEmpty();
        assertThat(look(1119, 1, "x")).isEmpty();
        assertThat(look(1120, 1, "x")).hasSize(1);
    }

    @Test
    void aLookThatNoLongerComesIsStillTold() {
        look(0, 1, "x");
        now = 100;
        assertThat(watch.problems()).hasSize(1);
    }

    @Test
    void aPartThatIsGoneIsForgotten() {
        look(0, 1, "x");
        now = 100;
        watch.look(List.of());
        assertThat(watch.problems()).isEmpty();
    }

    private List<Health.Problem> look(long at, Object marker, String waiting) {
        now = at;
        watch.look(
                List.of(
                        new Look(
                                "rs0",
                                marker,
                                Optional.ofNullable(waiting),
                                Duration.ofSeconds(60))));
        return watch.problems();
    }
}
