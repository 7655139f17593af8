package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.embedded.s3.HttpFault;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker tells over HTTP, over a real broker, registry and S3 server. */
final class SinkMetricsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    @TempDir static Path folder;
    private static SinkServers servers;
    private static int clusters;
    private ClusterName cluster;
    private String topic;

    @BeforeAll
    static void startServers() {
        servers = new SinkServers(folder);
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @BeforeEach
    void newCluster() {
        clusters++;
        cluster = new ClusterName("m" + clusters);
        topic = new TopicNames(cluster).oplog(RS0);
        servers.s3().faults().clear();
    }

    @Test
    void metersTellExactlyWhatWasArchived() throws Exception {
        OplogScript script = new OplogScript(1).start().some(300, 5_000);
        publish(script);
        servers.s3().faults().next(2, "PUT", "slice", new HttpFault.Refused(503));
        try (WatchedSink sink = new WatchedSink(settings(Map.of()))) {
            await().atMost(PATIENCE)
                    .until(() -> sink.ofRs0("archived_until_seconds") == script.now().seconds());

            List<StoredObject> slices = slices();
            assertThat(sink.ofRs0("slices_total")).isEqualTo(slices.size());
            assertThat(sink.ofRs0("stored_bytes_total"))
                    .isEqualTo(slices.stream().mapToLong(StoredObject::sizeBytes).sum());
            assertThat(sink.ofRs0("raw_bytes_total"))
                    .isEqualTo(script.entries().stream().mapToLong(e -> e.raw().sizeBytes()).sum());
            double behind = System.currentTimeMillis() / 1000.0 - script.now().seconds();
            assertThat(sink.ofRs0("lag_seconds")).isBetween(behind - 60, behind + 60);
            assertThat(sink.ofRs0("owner")).isEqualTo(1);
            assertThat(sink.ofRs0("failures_total")).isZero();
            assertThat(sink.ofRs0("gaps_total")).isZero();
            assertThat(sink.value("tidemark_sink_store_retries_total")).isGreaterThanOrEqualTo(2);
            assertThat(sink.value("tidemark_sink_memory_used_bytes{part=\"slices\"}"))
                    .isGreaterThanOrEqualTo(0);
            await().atMost(PATIENCE).until(() -> sink.ofRs0("waiting_records") == 0);
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
            assertThat(sink.get("/healthz").body()).contains("1 replica set is archived.");
        }
    }

    @Test
    void whatAnotherWorkerArchivedIsShownBeforeAnythingIsPut() throws Exception {
        OplogScript script = new OplogScript(2).start().some(50, 500);
        publish(script);
        try (WatchedSink first = new WatchedSink(settings(Map.of()))) {
            await().atMost(PATIENCE).until(() -> first.ofRs0("slices_total") >= 1);
            await().atMost(PATIENCE)
                    .until(() -> first.ofRs0("archived_until_seconds") == script.now().seconds());
        }
        try (WatchedSink second = new WatchedSink(settings(Map.of()))) {
            await().atMost(PATIENCE)
                    .until(() -> second.ofRs0("archived_until_seconds") == script.now().seconds());
            assertThat(second.ofRs0("slices_total")).isZero();
        }
    }

    @Test
    void healthFailsWhileTheBucketHoldsEntriesUpAndRecovers() throws Exception {
        OplogScript script = new OplogScript(3).start().some(50, 500);
        try (WatchedSink sink = new WatchedSink(settings(Map.of("slice.max.time", "1s")))) {
            publish(script);
            await().atMost(PATIENCE).until(() -> sink.ofRs0("slices_total") >= 1);
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
            CountDownLatch released = new CountDownLatch(1);
            servers.s3().faults().next(1, "PUT", "slice", new HttpFault.Held(released));
            try {
                int published = script.records().size();
                script.some(50, 500);
                publishFrom(script, published);

                await().atMost(PATIENCE).until(() -> sink.health() == 503);
                assertThat(sink.get("/healthz").body()).contains("rs0: no progress for");
            } finally {
                released.countDown();
            }
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
            await().atMost(PATIENCE)
                    .until(() -> sink.ofRs0("archived_until_seconds") == script.now().seconds());
        }
    }

    @Test
    void healthFailsWhileKafkaIsAwayAndRecovers() throws Exception {
        OplogScript script = new OplogScript(4).start().some(50, 500);
        publish(script);
        try (WatchedSink sink =
                new WatchedSink(settings(Map.of("kafka.heartbeat.interval.ms", "500")))) {
            await().atMost(PATIENCE).until(() -> sink.ofRs0("slices_total") >= 1);
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
            servers.kafka().stop(1);
            try {
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () ->
                                        assertThat(sink.get("/healthz"))
                                                .returns(503, HttpResponse::statusCode)
                                                .extracting(HttpResponse::body)
                                                .asString()
                                                .contains("kafka: "));
            } finally {
                servers.kafka().start(1); // the other tests need it
            }
            await().atMost(PATIENCE).until(() -> sink.health() == 200);
        }
    }

    private List<StoredObject> slices() {
        try (ObjectStore store = BucketUri.parse(servers.bucket()).open();
                Stream<StoredObject> all = store.list(cluster.value() + "/", "")) {
            return all.filter(o -> o.key().endsWith(".slice")).toList();
        }
    }

    private void publish(OplogScript script) throws Exception {
        publishFrom(script, 0);
    }

    private void publishFrom(OplogScript script, int from) throws Exception {
        try (KafkaSource source =
                new KafkaSource(servers.kafka().bootstrapServers(), servers.registry())) {
            if (from == 0) {
                source.createTopic(topic);
            }
            source.publish(topic, script.records().subList(from, script.records().size()), 100);
        }
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings =
                servers.settings(
                        cluster,
                        Map.of(
                                "kafka.metadata.max.age.ms", "500",
                                "slice.max.time", "30s",
                                "metrics.stall.after", "3s"));
        settings.putAll(more);
        return settings;
    }
}
