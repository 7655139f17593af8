package io.tidemark.streams;

import io.tidemark.schemas.layout.TopicNames;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' own settings, by Kafka's names, with the reason where a value is not its own. */
final class KafkaStreamsSettings {
    private KafkaStreamsSettings() {}

    static Properties of(TopicNames names, io.tidemark.streams.StreamsConfig config) {
        Properties all = new Properties();
        all.putAll(config.kafka());
        // A new shard's topic must be read within a minute.
        all.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 20_000);
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, names.streamsApplication());
        all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
        all.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbys());
        all.put(StreamsConfig.STATE_DIR_CONFIG, config.stateFolder().toString());
        all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallRocksDb.class);
        internalTopics(all, config);
        consumer(all, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) config.session().toMillis());
        consumer(
                all,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                (int) Math.min(3_000, config.session().toMillis() / 3));
        producer(all, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TimelineTopics.MAX_MESSAGE_BYTES);
        producer(all, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        return all;
    }

    private static void internalTopics(Properties all, io.tidemark.streams.StreamsConfig config) {
        all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.topics().replicationFactor());
        all.put(
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                Integer.toString(config.topics().minInsyncReplicas()));
        all.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                Integer.toString(TimelineTopics.MAX_MESSAGE_BYTES));
    }

    private static void consumer(Properties all, String key, Object value) {
        all.put(StreamsConfig.mainConsumerPrefix(key), value);
    }

    private static void producer(Properties all, String key, Object value) {
        all.put(StreamsConfig.producerPrefix(key), value);
    }
}
