package io.tidemark.capture;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** An agent against the broker of the Kafka image, as users run it. */
class KafkaContainerCaptureIT {
    @Test
    void anAgentCapturesIntoTheBrokerOfTheKafkaImage() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "Skipped: no Docker here. Start a Docker engine and run ./mvnw verify again");
        try (KafkaContainer kafka =
                new KafkaContainer(System.getProperty("tidemark.kafka.image"))) {
            kafka.start();
            try (Platform platform = Platform.over(kafka.getBootstrapServers());
                    SimulatedReplicaSet set =
                            SimulatedReplicaSet.builder("rs0").members(3).start()) {
                java.util.Map<String, String> settings = platform.settings("image", set.uri());
                settings.put("owner.session.timeout", "6s"); // the least that brokers allow
                for (int round = 0; round < 2; round++) {
                    try (CaptureAgent agent = platform.agent("a" + round, settings)) {
                        agent.start();
                        Platform.insert(set, round * 1000, 500);
                        platform.awaitSame("image", set);
                    }
                }
            }
        }
    }
}
