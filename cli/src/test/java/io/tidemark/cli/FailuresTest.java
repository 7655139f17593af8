package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidemark.sink.SinkConfig;
import io.tidemark.storage.object.DamagedObjectException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
    static List<String> namedTypes() {
        return Failures.namedTypes();
    }

    /** The rules name classes as text; a renamed class would silently become "a bug". */
    @ParameterizedTest
    @MethodSource("namedTypes")
    void everyNamedClassExists(String type) {
        assertThatCode(() -> Class.forName(type)).doesNotThrowAnyException();
    }

    @Test
    void ourOwnExceptionsSpeakForThemselves() {
        Throwable thrown = catchThrowable(() -> SinkConfig.of(Map.of()));

        Failures.Meaning meaning = Failures.of(thrown);

        assertThat(meaning.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(meaning.message()).contains("bucket is missing");
    }

    @Test
    void theKnownCauseCountsHoweverItIsWrapped() {
        Exception wrapped =
                new IllegalStateException(
                        new RuntimeException(DamagedObjectException.missing("a/b.slice")));

        assertThat(Failures.of(wrapped).exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(Failures.of(wrapped).message()).contains("a/b.slice");
    }

    @Test
    void whatCannotBeReachedSaysWhatToCheck() {
        Failures.Meaning meaning = Failures.of(new ConnectException("Connection refused"));

        assertThat(meaning.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(meaning.message()).contains("Connection refused.").contains("Check");
    }

    @Test
    void everythingElseIsABugAndSaysHowToReportIt() {
        Failures.Meaning meaning = Failures.of(new ArithmeticException("/ by zero"));

        assertThat(meaning.exitCode()).isEqualTo(ExitCode.BUG);
        assertThat(meaning.message()).contains("--debug");
    }
}
