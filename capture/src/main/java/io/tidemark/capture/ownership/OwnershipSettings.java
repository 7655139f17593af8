package io.tidemark.capture.ownership;

import java.time.Duration;
import java.util.Map;

/**
 * How agents share the replica sets.
 *
 * @param sessionTimeout an agent that is not heard of for this time loses its replica sets
 * @param topicRefresh how soon a new topic is seen
 * @param stopTimeout how long a tailer may take to stop when its replica set goes to another agent
 * @param client settings of Kafka's clients, such as bootstrap servers and security
 */
public record OwnershipSettings(
        Duration sessionTimeout,
        Duration topicRefresh,
        Duration stopTimeout,
        Map<String, String> client) {
    public OwnershipSettings {
        client = Map.copyOf(client);
    }
}
