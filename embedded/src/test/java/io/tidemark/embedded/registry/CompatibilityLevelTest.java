package io.tidemark.embedded.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibilityLevelTest {
    private static final Schema A = record("");
    private static final Schema A_AND_DEFAULTED_B =
            record(", {\"name\":\"b\",\"type\":\"int\",\"default\":0}");
    private static final Schema A_AND_REQUIRED_B = record(", {\"name\":\"b\",\"type\":\"int\"}");

    /**
     * Three versions: a; a and b with a default; a and b required. Only a look at all three sees
     * the trouble.
     */
    @ParameterizedTest
    @CsvSource({
        // level, a→ab(default), a→ab(required), ab(required)→a, {a, ab(default)}→ab(required)
        "NONE,                true,  true,  true,  true",
        "BACKWARD,            true,  false, true,  true",
        "BACKWARD_TRANSITIVE, true,  false, true,  false",
        "FORWARD,             true,  true,  false, true",
        "FORWARD_TRANSITIVE,  true,  true,  false, true",
        "FULL,                true,  false, false, true",
        "FULL_TRANSITIVE,     true,  false, false, false",
    })
    void allowsWhatItsNameSays(
            CompatibilityLevel level,
            boolean addDefaulted,
            boolean addRequired,
            boolean removeRequired,
            boolean loseDefaultLater) {
        assertThat(allows(level, A_AND_DEFAULTED_B, A)).isEqualTo(addDefaulted);
        assertThat(allows(level, A_AND_REQUIRED_B, A)).isEqualTo(addRequired);
        assertThat(allows(level, A, A_AND_REQUIRED_B)).isEqualTo(removeRequired);
        assertThat(allows(level, A_AND_REQUIRED_B, A, A_AND_DEFAULTED_B))
                .isEqualTo(loseDefaultLater);
        assertThat(allows(level, A_AND_REQUIRED_B)).isTrue();
    }

    private static boolean allows(CompatibilityLevel level, Schema candidate, Schema... earlier) {
        return level.objections(candidate, List.copyOf(Arrays.asList(earlier))).isEmpty();
    }

    private static Schema record(String more) {
        return new Schema.Parser()
                .parse(
                        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}"
                                + more
                                + "]}");
    }
}
