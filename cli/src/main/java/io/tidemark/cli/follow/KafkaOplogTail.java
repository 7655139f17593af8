package io.tidemark.cli.follow;

import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.sink.consume.KafkaTopicFacts;
import io.tidemark.storage.slice.SliceHeader;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The oplog topics of a cluster, behind what is archived of each. */
final class KafkaOplogTail implements OplogTail {
    /** Of entries read ahead, for each replica set. */
    private static final long AHEAD_BYTES = 8L << 20;

    private final TopicNames names;
    private final Map<String, Object> client;
    private final KafkaTopicFacts facts;
    private final RecordDeserializer<OplogRecord> decoder;
    private final Map<ReplicaSet, PublishedOplog> oplogs = new ConcurrentHashMap<>();

    private KafkaOplogTail(
            TopicNames names,
            Map<String, Object> client,
            KafkaTopicFacts facts,
            RecordDeserializer<OplogRecord> decoder) {
        this.names = names;
        this.client = client;
        this.facts = facts;
        this.decoder = decoder;
    }

    static KafkaOplogTail of(ClusterName cluster, KafkaPlace place) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 2 << 20);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        config.putAll(place.client());
        // Not for users to change: correctness rests on them.
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.CHECK_CRCS_CONFIG, "true");
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaOplogTail(
                new TopicNames(cluster),
                config,
                new KafkaTopicFacts(Admin.create(new HashMap<>(place.client()))),
                new RecordDeserializer<>(
                        place.registry(), OplogRecord.class, OplogRecord.getClassSchema()));
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private PublishedOplog oplog(ReplicaSet replicaSet) {
        return oplogs.computeIfAbsent(
                replicaSet,
                set ->
                        new PublishedOplog(
                                names.oplog(set), facts, decoder, this::consumer, AHEAD_BYTES));
    }

    @Override
    public Optional<ClusterTime> reach(ReplicaSet replicaSet, SliceHeader last) {
        return oplog(replicaSet).reach(last);
    }

    @Override
    public Iterator<OplogEntry> read(
            ReplicaSet replicaSet, ClusterTime after, ClusterTime through) {
        return oplog(replicaSet).read(after, through);
    }

    @Override
    public OplogEntry entry(ReplicaSet replicaSet, ClusterTime at) {
        return oplog(replicaSet).entry(at);
    }

    @Override
    public void close() {
        oplogs.values().forEach(PublishedOplog::close);
        facts.close();
    }
}
