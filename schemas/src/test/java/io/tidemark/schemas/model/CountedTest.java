package io.tidemark.schemas.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedTest {
    @ParameterizedTest
    @CsvSource({
        "0, entry, 0 entries",
        "1, entry, 1 entry",
        "2000, slice, '2,000 slices'",
        "1, document, 1 document"
    })
    void oneThingIsOneThing(long count, String one, String words) {
        assertThat(Counted.of(count, one)).hasToString(words);
    }
}
