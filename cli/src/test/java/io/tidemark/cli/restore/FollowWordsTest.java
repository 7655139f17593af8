package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which words belong to {@code restore --follow}, and that they mean what they do elsewhere. */
class FollowWordsTest {
    @TempDir private Path folder;

    private CommandRun restore(String... more) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "restore",
                                        "--cluster=shop",
                                        "--bucket=file:" + folder,
                                        "--target=rs0=mongodb://127.0.0.1:9/"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void aRestoreIsToATimeOrFollows() {
        for (CommandRun run : List.of(restore(), restore("--follow", "--to=1:1"))) {
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains("--to").contains("--follow").contains("--before-drop");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--delay=PT1H",
                "--max-mib-per-second=1",
                "--kafka=127.0.0.1:9",
                "--registry=http://127.0.0.1:9",
                "--name=berlin"
            })
    void howToFollowMeansNothingToARestoreToATime(String option) {
        CommandRun run = restore("--to=1:1", option);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(option.split("=")[0] + " belongs to --follow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--force-unsafe",
                "--no-accounts",
                "--base=external",
                "--source-uri=mongodb://127.0.0.1:9/"
            })
    void whatEndsAtATimeMeansNothingToAStandby(String option) {
        CommandRun run = restore("--follow", option);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(option.split("=")[0] + " means nothing to a standby");
    }

    @Test
    void itAnswersAsStandbyDoes() {
        String archive = "--bucket=file:" + folder;
        CommandRun follow = CommandRun.of("restore", "--follow", "--cluster=shop", archive);
        CommandRun standby = CommandRun.of("standby", "--cluster=shop", archive);

        assertThat(follow.exitCode()).isEqualTo(standby.exitCode()).isNotEqualTo(ExitCode.DONE);
        assertThat(follow.err()).isEqualTo(standby.err()).isNotEmpty();
        CommandRun badName = restore("--follow", "--name=a b");
        assertThat(badName.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(badName.err()).contains("the name of a standby").contains("'a b'");
    }
}
