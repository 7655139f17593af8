package io.tidemark.capture;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.kafka.KafkaInDocker;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An agent against the broker of the Kafka image, as users run it. */
class KafkaContainerCaptureIT {
    @Test
    void anAgentCapturesIntoTheBrokerOfTheKafkaImage() {
        Optional<String> missing = KafkaInDocker.whatIsMissing();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        try (KafkaInDocker kafka = KafkaInDocker.start();
                Platform platform = Platform.over(kafka.bootstrapServers());
                SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(3).start()) {
            Map<String, String> settings = platform.settings("image", set.uri());
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
