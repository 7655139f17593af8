package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class PointInTimeTest {
    private final PointInTime converter = new PointInTime();

    @Test
    void aClusterTimeIsExact() {
        assertThat(converter.convert("1700000000:5")).isEqualTo(new ClusterTime(1700000000, 5));
    }

    @Test
    void anIsoTimeMeansItsWholeSecond() {
        ClusterTime tenOClock =
                ClusterTime.endOfSecond(java.time.Instant.ofEpochSecond(1795168800));

        assertThat(converter.convert("2026-11-20T10:00:00Z")).isEqualTo(tenOClock);
        assertThat(converter.convert("2026-11-20T11:00:00+01:00")).isEqualTo(tenOClock);
        assertThat(converter.convert("2026-11-20T10:00:00.999Z")).isEqualTo(tenOClock);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "1700000000", "2026-11-20T10:00:00", "1:2:3", "5:-1"})
    void whatCouldMeanSeveralTimesIsRefused(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("ISO-8601");
    }
}
