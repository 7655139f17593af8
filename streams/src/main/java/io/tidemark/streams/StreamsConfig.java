package io.tidemark.streams;

import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.streams.fold.FoldSettings;
import io.tidemark.streams.http.HttpConfig;
import io.tidemark.streams.signal.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Settings of a timeline instance.
 *
 * @param cluster {@code cluster}, required: the cluster's name in topics
 * @param registry {@code registry.urls}, required: one or more URLs, comma between; {@code
 *     registry.user} and {@code registry.password}, or {@code registry.token}, for HTTP Basic or
 *     Bearer
 * @param kafka {@code kafka.*}: passed to Kafka Streams and its clients; {@code
 *     kafka.bootstrap.servers} required
 * @param fold {@code windows.interval} (100 ms to 1 m, default 1 s: how often windows are
 *     published; longer is cheaper and tells later), {@code retention} (1 h to 3650 d of cluster
 *     time, default 7 d: how far back windows reach and events are kept), {@code snapshot.signals}
 *     (100 to 1000000, default 10000: more costs fewer snapshots and a longer replay after a
 *     crash), {@code members.settle} (0 s to 10 m, default 10 s: where no START record tells the
 *     cluster's first members, how long replica sets may take to tell their roles), {@code
 *     members.config} and {@code members.shards} (default none: the config servers' replica set and
 *     {@code ID=REPLICA_SET,…} at the beginning of the topics, where nobody else tells)
 * @param frontierInterval {@code frontier.interval} (10 ms to 10 s, default 200 ms): how often a
 *     replica set's frontier is told; longer is cheaper and delays the watermark
 * @param topics {@code topic.replication.factor} (1 to 100, default 3) and {@code
 *     topic.min.insync.replicas} (default 2) of the topics made here
 * @param stateFolder {@code state.dir} (default: a folder in the system's temporary directory):
 *     each process needs its own; losing it costs reading the state again from Kafka
 * @param threads {@code threads} (1 to 64, default 2) that read and fold
 * @param standbys {@code standby.replicas} (0 to 5, default 0): further instances that keep a copy
 *     of the state, so that taking over is quick
 * @param session {@code session.timeout} (1 s to 5 m, default 10 s): an instance not heard of for
 *     so long loses its tasks to others
 * @param http {@code http.*}: where the timeline is served; see {@link HttpConfig}
 * @param stop {@code stop.timeout} (1 s to 10 m, default 30 s): for a stop in order
 */
public record StreamsConfig(
        ClusterName cluster,
        RegistryConfig registry,
        Map<String, String> kafka,
        FoldSettings fold,
        Duration frontierInterval,
        TopicSettings topics,
        Path stateFolder,
        int threads,
        int standbys,
        Duration session,
        HttpConfig http,
        Duration stop) {
    /** Copies of the topics made here, and how many must hold a record before it counts. */
    public record TopicSettings(short replicationFactor, int minInsyncReplicas) {}

    public StreamsConfig {
        kafka = Map.copyOf(kafka);
    }

    /**
     * @throws io.tidemark.schemas.config.ConfigException with all that is wrong
     */
    public static StreamsConfig of(Map<String, String> values) {
        ConfigReader reader = new ConfigReader(values);
        reader.text("cluster");
        Optional<ClusterName> cluster = reader.parsed("cluster", ClusterName::new);
        RegistryConfig registry = RegistryConfig.read(reader);
        Map<String, String> kafka = reader.under("kafka.");
        if (kafka.getOrDefault("bootstrap.servers", "").isBlank()) {
            reader.problem("kafka.bootstrap.servers is missing");
        }
        FoldSettings fold = fold(reader);
        Duration frontier = time(reader, "frontier.interval", 200, 10, 10_000);
        TopicSettings topics = topics(reader);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "tidemark-streams");
        Path state = reader.optionalPath("state.dir").orElse(temporary);
        int threads = reader.number("threads", 2, 1, 64);
        int standbys = reader.number("standby.replicas", 0, 0, 5);
        Duration session = time(reader, "session.timeout", 10_000, 1_000, 300_000);
        HttpConfig http = HttpConfig.read(reader);
        Duration stop = time(reader, "stop.timeout", 30_000, 1_000, 600_000);
        reader.finish();
        return new StreamsConfig(
                cluster.orElseThrow(),
                registry,
                kafka,
                fold,
                frontier,
                topics,
                state,
                threads,
                standbys,
                session,
                http,
                stop);
    }

    private static FoldSettings fold(ConfigReader reader) {
        return new FoldSettings(
                time(reader, "windows.interval", 1_000, 100, 60_000),
                reader.duration(
                        "retention",
                        Duration.ofDays(7),
                        Duration.ofHours(1),
                        Duration.ofDays(3650)),
                reader.number("snapshot.signals", 10_000, 100, 1_000_000),
                time(reader, "members.settle", 10_000, 0, 600_000),
                FoldSettings.MOST_EARLY_SIGNALS,
                members(reader));
    }

    private static Optional<Signal.Founded> members(ConfigReader reader) {
        Optional<ReplicaSet> config = reader.parsed("members.config", ReplicaSet::new);
        Optional<List<Shard>> shards = reader.parsed("members.shards", StreamsConfig::shards);
        if (shards.isPresent() && config.isEmpty()) {
            reader.problem("members.shards needs members.config beside it");
        }
        return config.map(set -> new Signal.Founded(set, shards.orElse(List.of()), true));
    }

    private static List<Shard> shards(String text) {
        List<Shard> shards = new ArrayList<>();
        for (String pair : text.split(",")) {
            String[] parts = pair.strip().split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException(
                        "use ID=REPLICA_SET,ID=REPLICA_SET but not '" + pair + "'");
            }
            shards.add(new Shard(parts[0], new ReplicaSet(parts[1])));
        }
        return List.copyOf(shards);
    }

    private static TopicSettings topics(ConfigReader reader) {
        int copies = reader.number("topic.replication.factor", 3, 1, 100);
        int inSync = reader.number("topic.min.insync.replicas", Math.min(2, copies), 1, 100);
        if (inSync > copies) {
            reader.problem(
                    "topic.min.insync.replicas is %d, more than topic.replication.factor %d: nothing could ever be written"
                            .formatted(inSync, copies));
        }
        return new TopicSettings((short) copies, inSync);
    }

    private static Duration time(
            ConfigReader reader, String key, long ifAbsent, long least, long most) {
        return reader.duration(
                key,
                Duration.ofMillis(ifAbsent),
                Duration.ofMillis(least),
                Duration.ofMillis(most));
    }

    /** For the log: settings of Kafka's clients by name only, as secrets may be among them. */
    @Override
    public String toString() {
        return "cluster="
                + cluster
                + " kafka="
                + new TreeSet<>(kafka.keySet())
                + " bootstrap.servers="
                + kafka.get("bootstrap.servers")
                + " windows.interval="
                + fold.windowsInterval()
                + " retention="
                + fold.retention()
                + " snapshot.signals="
                + fold.snapshotSignals()
                + " members.settle="
                + fold.settle()
                + " members="
                + fold.members()
                + " frontier.interval="
                + frontierInterval
                + " topics="
                + topics
                + " state.dir="
                + stateFolder
                + " threads="
                + threads
                + " standby.replicas="
                + standbys
                + " session.timeout="
                + session
                + " "
                + http
                + " stop.timeout="
                + stop;
    }
}
