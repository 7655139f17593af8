package io.tidemark.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.kafka.KafkaInDocker;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a write on a shard to the restored cluster, through the broker of the Kafka image under
 * Testcontainers: what comes back is what the cluster was asked to hold.
 */
class WholePathInContainersIT {
    private static KafkaInDocker kafka;

    @TempDir private Path folder;

    @BeforeAll
    static void start() {
        Optional<String> missing = KafkaInDocker.whatIsMissing();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        kafka = KafkaInDocker.start();
    }

    @AfterAll
    static void stop() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void restoresEveryDocumentOfTheMomentBeforeTheDrop() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        Story story = new Story(new PrintStream(System.out, true, StandardCharsets.UTF_8), false);
        DemoServers servers = DemoServers.around(kafka.bootstrapServers(), kafka::close, folder);

        DemoResult result = new Demo(seed, 3, folder, story).run(servers);

        assertThat(result.differences()).as("seed %d", seed).isEmpty();
        assertThat(result.report().verified()).isTrue();
        assertThat(result.documents()).isGreaterThan(1_000);
        // The last noops before the end may have missed the sink.
        assertThat(result.archived())
                .isGreaterThan(result.documents())
                .isLessThanOrEqualTo(result.captured());
        assertThat(result.report().orphansRemoved()).isPositive();
    }
}
