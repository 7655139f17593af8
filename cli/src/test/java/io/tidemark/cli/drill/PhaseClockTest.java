package io.tidemark.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.drill.PhaseCourse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PhaseClockTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final ReplicaSet RS1 = new ReplicaSet("rs1");
    private long nanos;
    private final PhaseClock clock = new PhaseClock(RestoreProgress.silent(), () -> nanos);

    @Test
    void marksWhenAQuarterMoreIsDoneByAllReplicaSetsTogether() {
        enter(Phase.REPLAY, 3);
        read(RS0, 1_000, 2);
        read(RS1, 200, 1);
        read(RS1, 300, 1);
        enter(Phase.VERIFY, 1);

        PhaseCourse replay = clock.phases().get("replay");
        assertThat(replay.took()).isEqualTo(Duration.ofSeconds(5));
        assertThat(replay.marks()).containsExactly(mark(1_000, 2), mark(1_300, 4));
        assertThat(clock.phases().get("plan").took()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void itsLastMarkIsTheEnd() {
        enter(Phase.REPLAY, 0);
        read(RS0, 1_000, 1);
        read(RS0, 1_001, 1);
        enter(Phase.VERIFY, 1);

        assertThat(clock.phases().get("replay").marks())
                .containsExactly(mark(1_000, 1), mark(1_001, 3));
    }

    @Test
    void whatIsReadInOtherPhasesIsNoMarkOfTheirs() {
        enter(Phase.DECIDE, 0);
        read(RS0, 1_000, 1);
        enter(Phase.VERIFY, 1);

        assertThat(clock.phases().get("decide").marks()).isEmpty();
    }

    private void enter(Phase phase, long secondsLater) {
        nanos += Duration.ofSeconds(secondsLater).toNanos();
        clock.phase(phase);
    }

    private void read(ReplicaSet replicaSet, long operations, long secondsLater) {
        nanos += Duration.ofSeconds(secondsLater).toNanos();
        clock.operationsRead(replicaSet, operations);
    }

    private static PhaseCourse.Mark mark(long done, long seconds) {
        return new PhaseCourse.Mark(done, Duration.ofSeconds(seconds));
    }
}
