package io.tidemark.capture.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadroomAlarmTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final long NEWEST = 1_750_000_000;
    private final HeadroomAlarm alarm =
            new HeadroomAlarm(new HeadroomAlarm.Limits(25, Duration.ofMinutes(10)));

    @Test
    void aLagThatEatsThreeQuartersOfTheWindowIsWarnedOf() {
        assertThat(warning(false, 40_000, 29_999, 0)).isEmpty();
        assertThat(warning(false, 40_000, 30_001, 0).orElseThrow())
                .contains("leaves 9999 s", "reaches back 40000 s", "30001 s behind")
                .contains("See what holds capture up");
    }

    @Test
    void theWarningStaysUntilThereIsATenthMore() {
        assertThat(warning(false, 40_000, 30_001, 0)).isPresent();
        assertThat(warning(false, 40_000, 29_999, 0)).isPresent();
        assertThat(warning(false, 40_000, 29_001, 0)).isPresent();
        assertThat(warning(false, 40_000, 28_999, 0)).isEmpty();
        assertThat(warning(false, 40_000, 29_999, 0)).isEmpty();
    }

    @Test
    void anOplogTooShortForAnOutageIsWarnedOfWithoutLag() {
        assertThat(warning(false, 599, 0, 0).orElseThrow()).contains("Enlarge the oplog");
        assertThat(warning(false, 700, 0, 0)).isEmpty();
    }

    @Test
    void anOplogThatNeverRolledIsNotWarnedOf() {
        assertThat(warning(true, 10, 0, 0)).isEmpty();
    }

    @Test
    void theClockGoesOnWhileNoMemberTells() {
        assertThat(warning(false, 40_000, 0, 31_000)).isPresent();
    }

    @Test
    void zeroNeverWarns() {
        HeadroomAlarm never = new HeadroomAlarm(new HeadroomAlarm.Limits(0, Duration.ZERO));
        never.look(Map.of(RS0, progress(false, 100, 100, 0)));
        assertThat(never.of(RS0).orElseThrow().warning()).isEmpty();
        assertThat(never.of(RS0).orElseThrow().seconds()).isZero();
    }

    private Optional<String> warning(boolean whole, long window, long lag, long unasked) {
        alarm.look(Map.of(RS0, progress(whole, window, lag, unasked)));
        return alarm.of(RS0).orElseThrow().warning();
    }

    private static ShownProgress progress(boolean whole, long window, long lag, long unasked) {
        OplogWindow oplog = new OplogWindow(at(NEWEST - window), whole, at(NEWEST));
        TailProgress tail =
                new TailProgress(
                        new TailState.Starting(),
                        Optional.empty(),
                        Optional.of(at(NEWEST - lag)),
                        Optional.of(oplog),
                        0,
                        0,
                        Optional.empty());
        return new ShownProgress(tail, Duration.ofSeconds(unasked));
    }

    private static Optime at(long seconds) {
        return new Optime(new ClusterTime(seconds, 1), 1);
    }
}
