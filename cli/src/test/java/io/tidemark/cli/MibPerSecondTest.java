package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MibPerSecondTest {
    @Test
    void aFractionIsTakenAndNoRateIsSoSmallThatNothingMoves() {
        MibPerSecond.Converter converter = new MibPerSecond.Converter();

        assertThat(converter.convert("0.5").bytes()).isEqualTo(1L << 19);
        assertThat(converter.convert("1048576").bytes()).isEqualTo(1L << 40);
        assertThat(converter.convert("0.0000001").bytes()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "1048577", "fast"})
    void anythingElseIsAUsageErrorThatSaysTheRange(String value) {
        for (String verb : new String[] {"snapshot", "standby"}) {
            CommandRun run = CommandRun.of(verb, "--max-mib-per-second=" + value);

            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("--max-mib-per-second")
                    .contains("more than 0 and at most 1048576")
                    .contains(value);
        }
    }
}
