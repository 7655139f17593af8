package io.tidemark.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceHeader;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published behind the newest slice, on a real broker. */
class KafkaOplogTailTest {
    private static final ReplicaSet RS = new ReplicaSet("rs");
    private static final Incarnation LIFE = new Incarnation("64b000000000000000000001");
    @TempDir private static Path folder;
    private static EmbeddedKafka kafka;
    private static Admin admin;
    private static int clusters;

    private final InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<OplogRecord> serializer =
            new RecordSerializer<>(registry, OplogRecord.getClassSchema());
    private final Map<Integer, Long> offsets = new HashMap<>();
    private ClusterName cluster;
    private String topic;
    private String topicId;

    @BeforeAll
    static void broker() {
        kafka = new EmbeddedKafka(folder.resolve("kafka"), 1).start();
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void end() {
        admin.close();
        kafka.close();
    }

    @BeforeEach
    void entriesOneToThirty() throws Exception {
        cluster = new ClusterName("tail" + ++clusters);
        topic = new TopicNames(cluster).oplog(RS);
        createTopic();
        publish(true, IntStream.rangeClosed(1, 12).mapToObj(this::entry).toList());
        publish(false, IntStream.rangeClosed(13, 15).mapToObj(this::entry).toList());
        publish(true, IntStream.rangeClosed(13, 30).mapToObj(this::entry).toList());
    }

    private void createTopic() throws Exception {
        topicId =
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .topicId(topic)
                        .get()
                        .toString();
    }

    @Test
    void givesWhatIsCommittedBehindTheSliceEachOnceAndInOrder() {
        try (OplogTail tail = tail()) {
            awaitReach(tail, slice(1, 10), 30);
            assertThat(seconds(tail, 10, 14)).containsExactly(11L, 12L, 13L, 14L);
            assertThat(tail.entry(RS, at(12)).clusterTime()).isEqualTo(at(12));
            assertThat(tail.entry(RS, at(12)).raw()).isEqualTo(entryOf(12).raw());
            // The archive has come further than what was given.
            awaitReach(tail, slice(11, 20), 30);
            assertThat(seconds(tail, 20, 30)).hasSize(10).first().isEqualTo(21L);
            assertThat(tail.reach(RS, slice(21, 30))).isEmpty();
        }
    }

    @Test
    void endsAtAGapUntilTheArchiveIsPastIt() {
        OplogRecord gap =
                OplogRecords.gap(
                        new Gap(at(30), at(35), "rolled over"), new Optime(at(30), 1), LIFE);
        publish(true, List.of(gap));
        publish(true, IntStream.rangeClosed(36, 40).mapToObj(this::entry).toList());
        try (OplogTail tail = tail()) {
            awaitReach(tail, slice(1, 10), 30);
            assertThat(seconds(tail, 10, 30)).hasSize(20);
            assertThat(tail.reach(RS, slice(21, 30))).isEmpty();
            awaitReach(tail, slice(36, 38), 40);
        }
    }

    @Test
    void offsetsOfAnotherTopicOfThatNameSayNothing() throws Exception {
        SliceHeader archived = slice(1, 10);
        admin.deleteTopics(List.of(topic)).all().get();
        createTopic();
        publish(true, IntStream.rangeClosed(31, 45).mapToObj(this::entry).toList());

        try (OplogTail tail = tail()) {
            assertThat(tail.reach(RS, archived)).isEmpty();
        }
    }

    @Test
    void entriesThatKafkaRemovedBeforeTheyWereArchivedAreNamed() throws Exception {
        long kept = offsets.get(25);
        admin.deleteRecords(
                        Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(kept)))
                .all()
                .get();

        try (OplogTail tail = tail()) {
            assertThatThrownBy(() -> tail.reach(RS, slice(1, 10)))
                    .isInstanceOf(RestoreException.ArchiveDamaged.class)
                    .hasMessageContaining("begins at offset " + kept)
                    .hasMessageContaining("before they were archived");
        }
    }

    private OplogTail tail() {
        return KafkaOplogTail.of(
                cluster,
                new KafkaPlace(Map.of("bootstrap.servers", kafka.bootstrapServers()), registry));
    }

    /** What is published arrives in a moment. */
    private static void awaitReach(OplogTail tail, SliceHeader newest, int second) {
        Optional<ClusterTime> reach = tail.reach(RS, newest);
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!reach.equals(Optional.of(at(second))) && System.nanoTime() - end < 0) {
            reach = tail.reach(RS, newest);
        }
        assertThat(reach).contains(at(second));
    }

    private static List<Long> seconds(OplogTail tail, int after, int through) {
        List<Long> seconds = new ArrayList<>();
        tail.read(RS, at(after), at(through))
                .forEachRemaining(entry -> seconds.add(entry.clusterTime().seconds()));
        return seconds;
    }

    private SliceHeader slice(int first, int last) {
        SliceStart start =
                new SliceStart(
                        cluster,
                        LIFE,
                        RS,
                        Optional.of(ReplicaSetRole.shard("rs")),
                        first == 1 ? ClusterTime.ZERO : at(first - 1),
                        List.of());
        try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
            for (int second = first; second <= last; second++) {
                writer.add(entryOf(second), topicId, offsets.get(second));
            }
            try (SealedSlice sealed = writer.seal()) {
                return sealed.header();
            }
        }
    }

    /** In one transaction. */
    private void publish(boolean commit, List<OplogRecord> records) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", topic);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            List<java.util.concurrent.Future<org.apache.kafka.clients.producer.RecordMetadata>>
                    sent = new ArrayList<>();
            for (OplogRecord record : records) {
                byte[] value = serializer.serialize(topic, record);
                sent.add(producer.send(new ProducerRecord<>(topic, 0, null, value)));
            }
            producer.flush();
            for (int i = 0; i < records.size() && commit; i++) {
                long seconds = OplogRecords.clusterTime(records.get(i)).seconds();
                offsets.put((int) seconds, sent.get(i).get().offset());
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("not published", e);
        }
    }

    private OplogRecord entry(int second) {
        return OplogRecords.of(entryOf(second), LIFE);
    }

    private static OplogEntry entryOf(int second) {
        BsonDocument document =
                BsonDocument.parse(
                        "{op: 'i', ns: 'db.c', o: {_id: %d}, ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: %d, i: 1}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(second, second));
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return OplogEntry.of(RawDocument.of(bytes));
    }

    private static ClusterTime at(int second) {
        return new ClusterTime(second, 1);
    }
}
