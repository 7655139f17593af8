package io.tidemark.schemas.wire;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.embedded.kafka.KafkaInDocker;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same with the broker of the Kafka image, under Testcontainers. */
class KafkaContainerWireIT extends KafkaWireContract {
    private static KafkaInDocker kafka;

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

    @Override
    String bootstrapServers() {
        return kafka.bootstrapServers();
    }
}
