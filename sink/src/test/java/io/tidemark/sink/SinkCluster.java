package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.schemas.avro.ArchiveProgress;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One cluster's oplog topics, the bucket beside them, and workers between the two. */
final class SinkCluster implements AutoCloseable {
    /** A busy machine may be slow: only what never comes fails. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private final SinkServers servers;
    private final TopicNames names;
    final ClusterName name;
    final KafkaSource source;
    final ObjectStore store;
    final Archive archive;

    SinkCluster(SinkServers servers, String name) {
        this.servers = servers;
        this.name = new ClusterName(name);
        this.names = new TopicNames(this.name);
        this.source = new KafkaSource(servers.kafka().bootstrapServers(), servers.registry());
        this.store = BucketUri.parse(servers.bucket()).open();
        this.archive = new Archive(store, this.name);
    }

    String topic(ReplicaSet set) {
        return names.oplog(set);
    }

    /** A worker on a thread of this JVM, from now on. */
    Running run(Map<String, String> more) throws Exception {
        return new Running(Sink.of(SinkConfig.of(servers.settings(name, more)), SinkMetrics.NONE));
    }

    /** A worker on a thread of this JVM. */
    final class Running implements AutoCloseable {
        private final Sink sink;
        private final CompletableFuture<Void> done;

        Running(Sink sink) {
            this.sink = sink;
            this.done = CompletableFuture.runAsync(sink::run);
        }

        void awaitHolds(ReplicaSet set, OplogScript script) {
            await().atMost(PATIENCE).until(() -> done.isDone() || holds(set, script));
            if (done.isDone()) {
                done.join();
            }
        }

        @Override
        public void close() {
            sink.stop();
            try {
                done.join();
            } finally {
                sink.close();
            }
        }
    }

    /** By the listing alone: the last entry is in a slice. */
    boolean holds(ReplicaSet set, OplogScript script) {
        return archive.ranges(set).stream()
                .anyMatch(
                        key ->
                                Catalogue.through(key)
                                        .equals(
                                                script.entries()
                                                        .get(script.entries().size() - 1)
                                                        .clusterTime()));
    }

    /** Every entry, byte for byte, and no gap. */
    void assertHolds(ReplicaSet set, OplogScript script) {
        List<RawDocument> expected = script.entries().stream().map(OplogEntry::raw).toList();
        List<RawDocument> stored = archive.entries(set);
        // Not one assertion on the lists: a failure would print megabytes.
        assertThat(stored).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(stored.get(i).equals(expected.get(i))).as("entry %d", i).isTrue();
        }
        assertThat(archive.isUnbroken(set)).isTrue();
    }

    /** What was told last of how far the archive is. */
    ArchiveProgress progress() {
        RecordDeserializer<ArchiveProgress> deserializer =
                new RecordDeserializer<>(
                        servers.registry(),
                        ArchiveProgress.class,
                        ArchiveProgress.getClassSchema());
        Map<String, Object> config =
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers());
        ArchiveProgress last = null;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(names.archiveProgress(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    last = deserializer.deserialize(record.topic(), record.value());
                }
            }
        }
        return last;
    }

    @Override
    public void close() {
        source.close();
        store.close();
    }
}
