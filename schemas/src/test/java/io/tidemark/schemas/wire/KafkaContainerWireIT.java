package io.tidemark.schemas.wire;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** The same with the broker of the Kafka image, under Testcontainers. */
class KafkaContainerWireIT extends KafkaWireContract {
    private static KafkaContainer kafka;

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

    @Override
    String bootstrapServers() {
        return kafka.getBootstrapServers();
    }
}
