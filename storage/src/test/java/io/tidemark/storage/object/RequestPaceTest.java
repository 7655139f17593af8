package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One second is ten ticks; a period's least is 10 KiB here. */
final class RequestPaceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int KIB = 1024;

    @Test
    void aLargeObjectOverASlowLineIsNeverGivenUp() {
        RequestPace pace = new RequestPace(TIMEOUT, 64L << 20);
        pace.sending();
        for (int second = 0; second < 10_000; second++) {
            pace.sent(2 * KIB);
            assertThat(pace.tick()).isEmpty();
        }
    }

    @Test
    void aServerThatTakesAByteNowAndThenIsGivenUpAfterOnePeriod() {
        RequestPace pace = new RequestPace(TIMEOUT, 64L << 20);
        pace.sending();
        pace.sent(5 << 20);
        assertThat(ticksUntilGivenUp(pace, () -> pace.sent(1))).isEqualTo(20);
    }

    @Test
    void whatStillLiesInTheSystemsBuffersHasTimeToBeSent() {
        RequestPace small = new RequestPace(TIMEOUT, 10);
        small.sending();
        small.sent(10);
        RequestPace large = new RequestPace(TIMEOUT, 64L << 20);
        large.sending();
        large.sent(64 << 20);

        assertThat(ticksUntilGivenUp(small, () -> {})).isEqualTo(10);
        assertThat(ticksUntilGivenUp(large, () -> {})).isEqualTo(10 + 64);
    }

    @Test
    void anAnswerHasAPeriodOfItsOwnAfterTheWaitForIt() {
        RequestPace pace = new RequestPace(TIMEOUT, 0);
        for (int second = 0; second < 9; second++) {
            assertThat(pace.tick()).isEmpty();
        }
        pace.receiving();

        assertThat(ticksUntilGivenUp(pace, () -> pace.received(KIB - 1))).isEqualTo(10);
    }

    @Test
    void saysWhatMovedAndHowLongItTook() {
        RequestPace pace = new RequestPace(TIMEOUT, 100);
        pace.sending();
        pace.sent(7);
        Optional<String> why = Optional.empty();
        for (int tick = 0; tick < RequestPace.TICKS; tick++) {
            why = pace.tick();
        }

        assertThat(why).contains("it took 7 bytes in 10.0 s (of 100 bytes, 7 bytes so far)");
    }

    @Test
    void anAttemptOfMoreThanOnePeriodIsToldOnce() {
        RequestPace pace = new RequestPace(TIMEOUT, 0);
        pace.receiving();
        int told = 0;
        for (int second = 0; second < 100; second++) {
            pace.received(KIB);
            told += pace.slow().isPresent() ? 1 : 0;
            assertThat(pace.tick()).isEmpty();
        }
        assertThat(told).isEqualTo(1);
    }

    private static int ticksUntilGivenUp(RequestPace pace, Runnable meanwhile) {
        for (int tick = 1; tick < 1_000; tick++) {
            meanwhile.run();
            if (pace.tick().isPresent()) {
                return tick;
            }
        }
        throw new AssertionError("never given up");
    }
}
