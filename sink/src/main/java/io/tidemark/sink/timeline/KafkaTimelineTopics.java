package io.tidemark.sink.timeline;

import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.sink.consume.KafkaTopicFacts;
import io.tidemark.sink.consume.StaticMember;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.sink.consume.TopicsRefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads through one consumer of the group {@link TopicNames#timelineSinkGroup}. */
public final class KafkaTimelineTopics implements TimelineTopics {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaTimelineTopics.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int FETCH_BYTES = 2 * 1024 * 1024;
    private final TopicNames names;
    private final Consumer<byte[], byte[]> consumer;
    private final StaticMember membership;
    private final KafkaTopicFacts facts;
    private boolean closed;

    private KafkaTimelineTopics(
            TopicNames names,
            Consumer<byte[], byte[]> consumer,
            StaticMember membership,
            KafkaTopicFacts facts) {
        this.names = names;
        this.consumer = consumer;
        this.membership = membership;
        this.facts = facts;
    }

    /**
     * Makes the clients; they connect when they are used.
     *
     * @param client settings of Kafka's clients: brokers, security
     */
    public static KafkaTimelineTopics of(TopicNames names, Map<String, String> client) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
        config.putAll(client);
        // Not for users to change: correctness rests on them.
        config.put(ConsumerConfig.GROUP_ID_CONFIG, names.timelineSinkGroup());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.CHECK_CRCS_CONFIG, "true");
        // Gives the first partitions of all topics to the same member: events and windows together.
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(RangeAssignor.class));
        return new KafkaTimelineTopics(
                names,
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                StaticMember.of(config),
                new KafkaTopicFacts(Admin.create(Map.copyOf(client))));
    }

    @Override
    public void subscribe(Assigned assigned) {
        // By pattern: a topic that doesn't exist yet is found when it does.
        Pattern both =
                Pattern.compile(
                        Pattern.quote(names.events()) + "|" + Pattern.quote(names.windows()));
        consumer.subscribe(both, new Rebalances(assigned));
    }

    @Override
    public Polled poll(Duration atMost) {
        try {
            membership.beforePoll(consumer);
            List<Published> records = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(atMost)) {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                records.add(
                        new Published(topic(record.topic()), record.offset(), key, record.value()));
            }
            return new Polled(records, Set.of());
        } catch (OffsetOutOfRangeException e) {
            Set<Topic> out = EnumSet.noneOf(Topic.class);
            e.partitions().forEach(tp -> out.add(topic(tp.topic())));
            return new Polled(List.of(), out);
        } catch (WakeupException asked) {
            return new Polled(List.of(), Set.of());
        } catch (KafkaException e) {
            throw refused(e);
        }
    }

    private TopicsRefusedException refused(KafkaException e) {
        return new TopicsRefusedException(
                "Kafka gives no records of "
                        + names.events()
                        + " and "
                        + names.windows()
                        + " ("
                        + e.getMessage()
                        + "). See to brokers, credentials and rights (read these topics, and the"
                        + " group "
                        + names.timelineSinkGroup()
                        + ").",
                e);
    }

    @Override
    public void seek(Topic topic, long offset) {
        consumer.seek(tp(topic), offset);
    }

    @Override
    public void pauseOnly(Set<Topic> topics) {
        Set<TopicPartition> wanted = new HashSet<>();
        topics.forEach(topic -> wanted.add(tp(topic)));
        wanted.retainAll(consumer.assignment());
        Set<TopicPartition> resumed = new HashSet<>(consumer.paused());
        resumed.removeAll(wanted);
        consumer.pause(wanted);
        consumer.resume(resumed);
    }

    @Override
    public long position(Topic topic) {
        return asked(() -> consumer.position(tp(topic)));
    }

    @Override
    public long committedEnd(Topic topic) {
        return asked(() -> consumer.endOffsets(List.of(tp(topic))).get(tp(topic)));
    }

    private <T> T asked(Supplier<T> question) {
        while (true) {
            try {
                return question.get();
            } catch (WakeupException asked) {
                // Meant for poll; whoever stops looks at more than this.
                LOGGER.debug("Woken while asking for an offset");
            } catch (KafkaException e) {
                throw refused(e);
            }
        }
    }

    @Override
    public TopicState state(Topic topic) {
        return facts.state(name(topic));
    }

    @Override
    public void commit(Topic topic, long nextOffset) {
        consumer.commitAsync(
                Map.of(tp(topic), new OffsetAndMetadata(nextOffset)),
                (offsets, error) -> {
                    if (error != null) {
                        // The bucket knows better; only lag metrics are late.
                        LOGGER.debug("Offsets {} were not committed", offsets, error);
                    }
                });
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
            facts.close();
        }
    }

    private String name(Topic topic) {
        return topic == Topic.EVENTS ? names.events() : names.windows();
    }

    private Topic topic(String name) {
        return name.equals(names.events()) ? Topic.EVENTS : Topic.WINDOWS;
    }

    private TopicPartition tp(Topic topic) {
        return new TopicPartition(name(topic), 0);
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        private final Assigned listener;

        Rebalances(Assigned listener) {
            this.listener = listener;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            Set<Topic> ours = EnumSet.noneOf(Topic.class);
            for (TopicPartition tp : partitions) {
                if (tp.partition() != 0) {
                    throw new TopicsRefusedException(
                            "Topic "
                                    + tp.topic()
                                    + " has several partitions: the order of its records is lost."
                                    + " Delete it and let streams make it, with one partition.",
                            null);
                }
                ours.add(topic(tp.topic()));
                // Any position will do until the bucket has answered; without one, poll fails.
                consumer.seek(tp, 0);
            }
            consumer.pause(partitions);
            membership.assigned();
            listener.assigned(ours);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            listener.assigned(Set.of());
        }
    }
}
