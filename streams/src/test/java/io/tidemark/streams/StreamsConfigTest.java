package io.tidemark.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.config.ConfigException;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.streams.signal.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StreamsConfigTest {
    private static final Map<String, String> LEAST =
            Map.of(
                    "cluster", "shop",
                    "kafka.bootstrap.servers", "k:9092",
                    "registry.urls", "http://r:8081");

    @Test
    void theDefaultsAreThese() {
        StreamsConfig config = StreamsConfig.of(LEAST);
        assertThat(config.fold().windowsInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.fold().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(config.fold().snapshotSignals()).isEqualTo(10_000);
        assertThat(config.fold().settle()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.fold().members()).isEmpty();
        assertThat(config.frontierInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.topics()).isEqualTo(new StreamsConfig.TopicSettings((short) 3, 2));
        assertThat(config.stateFolder().getFileName()).hasToString("tidemark-streams");
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.standbys()).isZero();
        assertThat(config.session()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.stop()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void everyKeyIsRead() {
        Map<String, String> all = new TreeMap<>(LEAST);
        all.put("kafka.security.protocol", "SSL");
        all.put("windows.interval", "5s");
        all.put("retention", "30d");
        all.put("snapshot.signals", "500");
        all.put("members.settle", "1m");
        all.put("members.config", "cfg");
        all.put("members.shards", "s0=rs0, s1=rs1");
        all.put("frontier.interval", "1s");
        all.put("topic.replication.factor", "5");
        all.put("topic.min.insync.replicas", "3");
        all.put("state.dir", "/var/lib/tidemark");
        all.put("threads", "4");
        all.put("standby.replicas", "1");
        all.put("session.timeout", "20s");
        all.put("http.listen", "0.0.0.0:80");
        all.put("stop.timeout", "1m");
        StreamsConfig config = StreamsConfig.of(all);
        assertThat(config.kafka()).containsEntry("security.protocol", "SSL");
        assertThat(config.fold().windowsInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.fold().retention()).isEqualTo(Duration.ofDays(30));
        assertThat(config.fold().snapshotSignals()).isEqualTo(500);
        assertThat(config.fold().settle()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.fold().members())
                .contains(
                        new Signal.Founded(
                                new ReplicaSet("cfg"),
                                List.of(Oplog.shard("s0", "rs0"), Oplog.shard("s1", "rs1")),
                                true));
        assertThat(config.frontierInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.topics()).isEqualTo(new StreamsConfig.TopicSettings((short) 5, 3));
        assertThat(config.stateFolder()).isEqualTo(Path.of("/var/lib/tidemark"));
        assertThat(config.threads()).isEqualTo(4);
        assertThat(config.standbys()).isEqualTo(1);
        assertThat(config.session()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.http().port()).isEqualTo(80);
        assertThat(config.stop()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                StreamsConfig.of(
                                        Map.of(
                                                "cluster", "shop",
                                                "retentoin", "7d",
                                                "members.shards", "rs0",
                                                "topic.replication.factor", "1",
                                                "topic.min.insync.replicas", "2")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("did you mean retention?")
                .hasMessageContaining("ID=REPLICA_SET")
                .hasMessageContaining("more than topic.replication.factor")
                .hasMessageContaining("kafka.bootstrap.servers is missing")
                .hasMessageContaining("registry.urls is missing");
    }

    @Test
    void secretsOfKafkasClientsAreNotLogged() {
        Map<String, String> all = new TreeMap<>(LEAST);
        all.put("kafka.sasl.jaas.config", "hunter2");
        assertThat(StreamsConfig.of(all).toString())
                .contains("sasl.jaas.config")
                .doesNotContain("hunter2");
    }
}
