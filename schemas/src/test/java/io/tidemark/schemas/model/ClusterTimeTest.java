package io.tidemark.schemas.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTimeTest {
    @Property
    void whatIsWrittenIsParsedToItself(
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long seconds,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long increment) {
        ClusterTime time = new ClusterTime(seconds, increment);

        assertThat(ClusterTime.parse(time.toString())).contains(time);
        assertThat(ClusterTime.ofBits(time.bits())).isEqualTo(time);
    }

    @Property
    void ordersBySecondsThenByIncrementBothUnsigned(
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long s1,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long i1,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long s2,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) long i2) {
        int expected = s1 != s2 ? Long.compare(s1, s2) : Long.compare(i1, i2);

        assertThat(Integer.signum(new ClusterTime(s1, i1).compareTo(new ClusterTime(s2, i2))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "1:", ":1", "1:-1", "4294967296:1", "1:4294967296", "1:1 ", "a:b"})
    void otherTextIsNoClusterTime(String text) {
        assertThat(ClusterTime.parse(text)).isEmpty();
    }

    @Test
    void aSecondEndsWithItsLastIncrement() {
        assertThat(ClusterTime.endOfSecond(Instant.ofEpochSecond(7)).next())
                .isEqualTo(new ClusterTime(8, 0));
    }

    @Test
    void valuesOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> new ClusterTime(-1, 0)).hasMessageContaining("seconds");
        assertThatThrownBy(() -> new ClusterTime(0, 0x1_0000_0000L))
                .hasMessageContaining("increment");
    }
}
