package io.tidemark.capture.ownership;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * A member with {@code group.instance.id} that comes back is given the assignment it had (KIP-345,
 * KIP-814): topics that were made while it was away belong to nobody, until some later change makes
 * the group decide anew. So it asks for a new decision once. Only the group's leader has that
 * effect, and if another member leads, that one has seen the new topics. One thread.
 */
final class StaticMember {
    private final boolean isStatic;
    private boolean asked;
    private boolean ask;

    /**
     * @param config of the consumer
     */
    StaticMember(Map<String, ?> config) {
        this.isStatic = config.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG) != null;
    }

    /** The group has decided; to be called from within its callback. */
    void assigned() {
        ask = isStatic && !asked;
    }

    void beforePoll(Consumer<?, ?> consumer) {
        if (ask) {
            ask = false;
            asked = true;
            consumer.enforceRebalance("topics may have been made while this member was away");
        }
    }
}
