package io.tidemark.sink.consume;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Asks the brokers through Kafka's admin client. */
public final class KafkaTopicFacts implements TopicFacts {
    private static final long PATIENCE_SECONDS = 60;
    private final Admin admin;

    /**
     * @param admin owned from now on
     */
    public KafkaTopicFacts(Admin admin) {
        this.admin = admin;
    }

    @Override
    public TopicState state(OplogPartition partition) {
        return state(partition.topic());
    }

    /** Of any topic with one partition; as {@link #state(OplogPartition)}. */
    public TopicState state(String name) {
        TopicPartition tp = new TopicPartition(name, 0);
        var topic = admin.describeTopics(List.of(name));
        var earliest = admin.listOffsets(Map.of(tp, OffsetSpec.earliest()));
        var latest = admin.listOffsets(Map.of(tp, OffsetSpec.latest()));
        String id = await(name, topic.topicNameValues().get(name)).topicId().toString();
        return new TopicState(
                id,
                await(name, earliest.partitionResult(tp)).offset(),
                await(name, latest.partitionResult(tp)).offset());
    }

    private static <T> T await(String topic, KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(topic, "interrupted", e);
        } catch (ExecutionException e) {
            throw refused(topic, String.valueOf(e.getCause().getMessage()), e);
        } catch (TimeoutException e) {
            throw refused(topic, "no answer for " + PATIENCE_SECONDS + " s", e);
        }
    }

    private static TopicsRefusedException refused(String topic, String reason, Exception e) {
        return new TopicsRefusedException(
                "Can't ask the brokers about topic "
                        + topic
                        + " ("
                        + reason
                        + "). See that"
                        + " they run and that this user may describe the topic; then start again:"
                        + " the archive goes on where the bucket ends.",
                e);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
