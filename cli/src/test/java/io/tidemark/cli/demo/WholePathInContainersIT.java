package io.tidemark.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * From a write on a shard to the restored cluster, through the broker of the Kafka image under
 * Testcontainers: what comes back is what the cluster was asked to hold.
 */
class WholePathInContainersIT {
    private static KafkaContainer kafka;

    @TempDir private Path folder;

    @BeforeAll
    static void start() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "Skipped: no Docker here. Start a Docker engine and run ./mvnw verify again");
        kafka = new KafkaContainer(System.getProperty("tidemark.kafka.image"));
        kafka.start();
    }

    @AfterAll
    static void stop() {
        if (kafka != null) {
            kafka.stop();
        }
    }

    @Test
    void restoresEveryDocumentOfTheMomentBeforeTheDrop() throws Exception {
        long seed = Long.getLong("tidemark.seed", 20_261_120L);
        Story story = new Story(new PrintStream(System.out, true, StandardCharsets.UTF_8), false);
        DemoServers servers = DemoServers.around(kafka.getBootstrapServers(), kafka::stop, folder);

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
