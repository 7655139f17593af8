package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No word that says where something goes, or up to when, is passed over in silence. */
class TargetWordsTest {
    private static final String NOWHERE = "=mongodb://127.0.0.1:9/";
    @TempDir private Path folder;

    @Test
    void oneTargetForAllIsNamedAlone() {
        refused("'merged' takes all", "--target=merged" + NOWHERE, "--target=rs0" + NOWHERE);
    }

    @Test
    void aReplicaSetHasOneTarget() {
        refused("--target is given twice for rs0", "--target=rs0=mongodb://a/", "--target=rs0=b");
    }

    @Test
    void aShardGetsOneId() {
        refused("--map is given twice for a", "--target=rs0=b", "--map=a=b", "--map=a=c");
    }

    @Test
    void whatIsPutTogetherHasNoShards() {
        refused("--map and --add-shard", "--target=merged" + NOWHERE, "--map=s0=eu0");
        refused(
                "--map and --add-shard",
                "--target=merged" + NOWHERE,
                "--add-shard=s9=mongodb://a/");
    }

    @Test
    void aTargetHasANameAndAnAddress() {
        for (String target : List.of("rs0", "=mongodb://a/")) {
            refused("'" + target + "' is not NAME=VALUE", "--target=" + target);
        }
    }

    @Test
    void verifyReadsUpToATimeOnlyWhenItReplays() {
        CommandRun run =
                CommandRun.of("verify", "--cluster=shop", "--bucket=file:" + folder, "--to=1:1");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--to belongs to --deep");
    }

    private void refused(String why, String... words) {
        for (String verb : List.of("restore", "plan")) {
            Stream<String> command =
                    Stream.of(verb, "--cluster=shop", "--bucket=file:" + folder, "--to=1:1");
            CommandRun run =
                    CommandRun.of(Stream.concat(command, Stream.of(words)).toArray(String[]::new));

            assertThat(run.exitCode()).as(verb + ": " + run.err()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains(why);
        }
    }
}
