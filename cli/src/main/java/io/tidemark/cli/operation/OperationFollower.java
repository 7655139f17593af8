package io.tidemark.cli.operation;

import io.tidemark.cli.kafka.CompactedTopic;
import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.layout.TopicNames;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Waits for what agents tell of one operation. */
public final class OperationFollower implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(250);
    private final CompactedTopic<OperationRecord> topic;
    private final String id;

    /**
     * @param id of the operation, which may not be known yet
     */
    public OperationFollower(KafkaPlace place, TopicNames names, String id) {
        this.topic = topic(place, names);
        this.id = id;
    }

    /** All operations that were ever told. */
    public static CompactedTopic<OperationRecord> topic(KafkaPlace place, TopicNames names) {
        return new CompactedTopic<>(
                place, names.operations(), OperationRecord.class, OperationRecord.getClassSchema());
    }

    /** False if no agent ever ran that takes part in operations. */
    public boolean isPossible() {
        return topic.exists();
    }

    /** What was told last, if anything was. */
    public Optional<OperationAnswer> last() {
        return Optional.ofNullable(topic.newest().get(id)).map(OperationAnswer::new);
    }

    /**
     * Waits until {@code enough}, or until nothing was told for so long.
     *
     * @param told given everything that is told meanwhile
     * @return whether it was enough
     */
    public boolean await(
            Predicate<OperationAnswer> enough, Duration silence, Consumer<OperationAnswer> told) {
        long heard = System.nanoTime();
        Optional<OperationAnswer> before = Optional.empty();
        while (true) {
            Optional<OperationAnswer> now = last();
            if (!now.equals(before)) {
                heard = System.nanoTime();
                now.ifPresent(told);
            }
            before = now;
            if (now.filter(enough).isPresent()) {
                return true;
            }
            if (System.nanoTime() - heard > silence.toNanos()) {
                return false;
            }
            topic.poll(POLL);
        }
    }

    @Override
    public void close() {
        topic.close();
    }
}
