package io.tidemark.cli.kafka;

import io.tidemark.schemas.registry.SchemaRegistry;
import java.util.Map;

/**
 * @param client settings of every Kafka client, by Kafka's names
 */
public record KafkaPlace(Map<String, String> client, SchemaRegistry registry) {
    public KafkaPlace {
        client = Map.copyOf(client);
    }
}
