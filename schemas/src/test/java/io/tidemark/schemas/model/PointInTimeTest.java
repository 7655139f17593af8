package io.tidemark.schemas.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {
    @Test
    void aClusterTimeIsExact() {
        ClusterTime exact = new ClusterTime(1_700_000_000, 5);

        assertThat(PointInTime.parse("1700000000:5")).isEqualTo(new PointInTime(exact, exact));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-20T10:00:00Z",
                "2026-11-20T11:00:00+01:00",
                "2026-11-20T10:00:00.999Z"
            })
    void anIsoTimeIsItsWholeSecond(String text) {
        PointInTime second = PointInTime.parse(text);

        assertThat(second.first()).isEqualTo(new ClusterTime(1_795_168_800, 0));
        assertThat(second.last()).isEqualTo(new ClusterTime(1_795_168_800, 0xFFFF_FFFFL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "1700000000",
                "2026-11-20T10:00:00",
                "1:2:3",
                "5:-1",
                "4294967296:0",
                "1969-12-31T23:59:59Z"
            })
    void whatCouldMeanSeveralTimesOrNoneIsRefused(String text) {
        assertThatThrownBy(() -> PointInTime.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("ISO-8601");
    }
}
