package io.tidemark.restore.readahead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReadAheadTest {
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void givesEverythingInOrder() {
        List<Integer> all = IntStream.range(0, 10_000).boxed().toList();
        List<Integer> read = new ArrayList<>();
        try (ReadAhead<Integer> ahead = ReadAhead.of("test", all.iterator(), i -> 1_000)) {
            ahead.forEachRemaining(read::add);
        }
        assertThat(read).isEqualTo(all);
    }

    @Test
    void failsAsItsSourceDoesAfterWhatCameBefore() {
        Iterator<Integer> source =
                Stream.of(1, 2, 3)
                        .map(
                                i -> {
                                    if (i == 3) {
                                        throw new IllegalStateException("damaged");
                                    }
                                    return i;
                                })
                        .iterator();
        try (ReadAhead<Integer> ahead = ReadAhead.of("test", source, i -> MEBIBYTE)) {
            assertThat(ahead.next()).isEqualTo(1);
            assertThat(ahead.next()).isEqualTo(2);
            assertThatThrownBy(ahead::next).hasMessage("damaged");
        }
    }

    @Test
    void isAheadByAFewMebibytesOnlyAndStopsWhenItIsClosed() {
        AtomicLong asked = new AtomicLong();
        Iterator<Long> endless = Stream.generate(asked::incrementAndGet).iterator();
        try (ReadAhead<Long> ahead = ReadAhead.of("test-endless", endless, i -> MEBIBYTE)) {
            for (int i = 0; i < 100; i++) {
                ahead.next();
                assertThat(asked).hasValueLessThan(i + 12L);
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("test-endless");
    }
}
