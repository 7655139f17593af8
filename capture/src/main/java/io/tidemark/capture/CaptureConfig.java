package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.metrics.HeadroomAlarm;
import io.tidemark.capture.mongo.CursorSettings;
import io.tidemark.capture.operation.OperationSettings;
import io.tidemark.capture.ownership.OwnershipSettings;
import io.tidemark.capture.publish.OplogTopicSettings;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.capture.tail.TailSettings;
import io.tidemark.metrics.MetricsConfig;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.config.Secret;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.registry.RegistryConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything a capture agent is told. Values have a unit: {@code 100ms}, {@code 10s}, {@code 7d};
 * {@code 4MiB}.
 *
 * <table><caption>Keys</caption>
 * <tr><th>key</th><th>default, range</th><th>meaning and trade-off</th></tr>
 * <tr><td>{@code cluster}</td><td>required</td><td>the operator's name of the cluster; part of
 * topic names and object keys</td></tr>
 * <tr><td>{@code source.uri}</td><td>required</td><td>connection string of the config servers, a
 * router, or a replica set without a cluster; its credentials and TLS options serve for all members.
 * The user needs the roles {@code backup} and {@code clusterMonitor}</td></tr>
 * <tr><td>{@code source.timeout}</td><td>10s, 1s–5m</td><td>for connecting to a member</td></tr>
 * <tr><td>{@code source.read.tags}</td><td>none</td><td>{@code key:value,…}: members with all of
 * these tags are read from first</td></tr>
 * <tr><td>{@code source.read.max.staleness}</td><td>90s, 1s–1h</td><td>members further behind are
 * read from last: a lagging member delays the restorable time</td></tr>
 * <tr><td>{@code source.read.primary}</td><td>true</td><td>whether the primary is read if nothing
 * else can be; false waits rather than load it</td></tr>
 * <tr><td>{@code source.batch.bytes}</td><td>1MiB, 64KiB–16MiB</td><td>about how much one request
 * asks for: over a slow network more is faster; it needs more memory per replica set</td></tr>
 * <tr><td>{@code shards.refresh}</td><td>10s, 1s–1m</td><td>how often {@code config.shards} is
 * read, and topics are looked for: a new shard is captured after about twice this time</td></tr>
 * <tr><td>{@code commit.entries}</td><td>20000, 1–1000000</td><td>commit when so many entries are
 * under way, or 1/32 of {@code memory.bytes} (2MiB to 32MiB) …</td></tr>
 * <tr><td>{@code commit.interval}</td><td>100ms, 1ms–10s</td><td>… or the oldest is so old: longer
 * is cheaper for Kafka and delays readers</td></tr>
 * <tr><td>{@code gap.patience}</td><td>60s, 0s–1d</td><td>how long members that don't answer are
 * waited for before entries that no other member holds are recorded as a gap</td></tr>
 * <tr><td>{@code note.interval}</td><td>0s (never), 0s–1h</td><td>writes a note to the oplog of
 * every replica set this often (privilege {@code appendOplogNote}): quiet shards then don't hold back
 * the restorable time where the servers' own noops are switched off</td></tr>
 * <tr><td>{@code status.interval}</td><td>1s, 100ms–1m</td><td>how often the status is told, if it
 * changed</td></tr>
 * <tr><td>{@code kafka.bootstrap.servers}, {@code kafka.*}</td><td>required</td><td>settings of all
 * Kafka clients, by Kafka's names</td></tr>
 * <tr><td>{@code topic.replication.factor}</td><td>3, 1–100</td><td>of the topics created</td></tr>
 * <tr><td>{@code topic.min.insync.replicas}</td><td>2, 1–100</td><td>copies that must hold a record
 * before it counts</td></tr>
 * <tr><td>{@code topic.retention}</td><td>7d, 1h–3650d</td><td>how long Kafka keeps entries: the
 * longest time the archive may stand still</td></tr>
 * <tr><td>{@code topic.compression}</td><td>lz4; zstd, snappy, gzip, none</td><td>zstd needs less
 * disk and network, and more CPU here</td></tr>
 * <tr><td>{@code producer.buffer.bytes}</td><td>32MiB, 18MiB–1GiB</td><td>memory of one replica
 * set's producer; the greatest entry must fit</td></tr>
 * <tr><td>{@code owner.session.timeout}</td><td>10s, 1s–5m</td><td>an agent that is not heard of
 * for so long loses its replica sets; the broker's bounds apply</td></tr>
 * <tr><td>{@code owner.stop.timeout}</td><td>10s, 1s–5m</td><td>how long a tailer may take to stop
 * when another agent takes over</td></tr>
 * <tr><td>{@code memory.bytes}</td><td>(heap - 64MiB) / 2, with a bucket less by half of what
 * snapshots need (56MiB for each 256MiB of heap, eight at most, and {@code
 * snapshot.memory.bytes}), 56MiB–64GiB</td><td>for entries on
 * their way, all replica sets of this agent together, with every copy that is made of them. There is
 * one request at a time for each 128MiB: more replica sets than that take turns of 20 ms, which
 * costs requests, not data. The heap holds beside it 32MiB for each request at a time, about 40MiB,
 * and 5MiB for each replica set</td></tr>
 * <tr><td>{@code oplog.headroom.percent}</td><td>25, 0–100</td><td>warns when the source's oplog,
 * less capture's lag, reaches back less than this part of it: capture has fallen far behind</td></tr>
 * <tr><td>{@code oplog.headroom.least}</td><td>1h, 0s–30d</td><td>warns when it reaches back less
 * than this: an outage of so long would lose entries. 0s: never</td></tr>
 * <tr><td>{@code metrics.host}, {@code metrics.port}, {@code metrics.stall.after}</td>
 * <td>127.0.0.1; none (off), 0–65535; 2m, 1s–1d</td><td>{@link MetricsConfig}</td></tr>
 * <tr><td>{@code bucket}</td><td>none</td><td>{@code file:DIR} or {@code s3://…}, the sink's: the
 * agent takes part in base snapshots and puts them there. Without it, it only tails</td></tr>
 * <tr><td>{@code snapshot.threads}</td><td>2 to 4 by the heap, 1–32</td><td>that read and compress,
 * for each replica set that the agent scans; in a small heap they take turns: one request at a time
 * for each 256 MiB of it, eight at most, all scans together</td></tr>
 * <tr><td>{@code snapshot.bytes.per.second}</td><td>0 (no limit), 0–1TiB</td><td>of raw BSON that
 * the agent reads, all its scans together; {@code tidemark snapshot --max-mib-per-second} limits one
 * snapshot further</td></tr>
 * <tr><td>{@code snapshot.scheduling}</td><td>idle; normal</td><td>of the threads of a scan with a
 * limit: {@code idle} gives way to everything else on the host at once (Linux, SCHED_IDLE, by {@code
 * chrt}). Where nothing is left of the processors such a scan hardly moves, and the agent's
 * collections of its heap may wait two seconds for it</td></tr>
 * <tr><td>{@code snapshot.part.bytes}</td><td>64MiB, 1MiB–64MiB</td><td>raw bytes of one object;
 * smaller ones cost more requests and lose less to an interruption</td></tr>
 * <tr><td>{@code snapshot.memory.bytes}</td><td>heap / 8, 1MiB–64GiB</td><td>for parts under way;
 * what has no room goes through a file in {@code spill.dir}</td></tr>
 * <tr><td>{@code snapshot.schedule}</td><td>{@code 0 2 * * *}</td><td>when agents with a bucket take
 * base snapshots by themselves: a cron expression of five fields, in UTC, the same on all agents;
 * {@code none} for never. A time for which no agent was there is made up for</td></tr>
 * <tr><td>{@code snapshot.least.distance}</td><td>6h, 1m–30d</td><td>from the last base, for one that
 * was missed, or that a gap, a resharding, a shard added or removed asks for; with {@code none} as
 * schedule nothing asks</td></tr>
 * <tr><td>{@code retention.days}</td><td>7, 1–3650, {@code none}</td><td>after each snapshot,
 * whatever no time of the last so many days needs is removed, as {@code tidemark prune} does …
 * {@code none}: nothing is removed. The default holds where there is a schedule and {@code
 * retention.bases} is not set, and leaves imported bases, and all that follows them, alone</td></tr>
 * <tr><td>{@code retention.bases}</td><td>none, 1–1000</td><td>… but for so many of the newest bases;
 * what either keeps, stays</td></tr>
 * <tr><td>{@code spill.dir}</td><td>the system's temporary directory</td><td>needs room for
 * {@code snapshot.threads} parts</td></tr>
 * <tr><td>{@code encryption.keys}</td><td>none</td><td>file of the key ring; the sink's, else bases
 * are in the clear</td></tr>
 * <tr><td>{@code compression.level}</td><td>3, 1–19</td><td>of zstd</td></tr>
 * <tr><td>{@code operation.member}</td><td>none</td><td>{@code host:port} of the member beside which
 * this agent runs: it then takes part in snapshots of that member's replica set only, and reads from
 * that member only</td></tr>
 * <tr><td>{@code operation.stale.after}</td><td>30s, 3s–10m</td><td>an agent that gives no sign of
 * life for so long loses its part of an operation to another: shorter is taken over sooner, and more
 * often for nothing</td></tr>
 * <tr><td>{@code operation.command.age}</td><td>60s, 5s–1d</td><td>commands older than this when an
 * agent first sees them are ignored</td></tr>
 * <tr><td>{@code operation.abandon.after}</td><td>10m, 10s–1d</td><td>an operation fails when nothing
 * has moved on one of its replica sets for so long</td></tr>
 * <tr><td>{@code registry.urls}</td><td>required</td><td>schema registry, Confluent's REST API;
 * several separated by commas</td></tr>
 * <tr><td>{@code registry.user}, {@code registry.password}</td><td>none</td><td>HTTP Basic</td></tr>
 * <tr><td>{@code registry.token}</td><td>none</td><td>HTTP Bearer</td></tr>
 * </table>
 */
public record CaptureConfig(
        ClusterName cluster,
        Source source,
        TailSettings tail,
        OplogTopicSettings topics,
        OwnershipSettings ownership,
        RegistryConfig registry,
        Pace pace,
        Operations operations,
        Optional<SnapshotConfig> snapshots,
        long memoryBytes,
        HeadroomAlarm.Limits headroom,
        MetricsConfig metrics) {
    /** A request's share: the greatest entry needs it. */
    private static final long LEAST_MEMORY = 56L << 20;

    /** How the source cluster is reached and read. */
    public record Source(
            Secret uri, Duration timeout, ReadPreferences preferences, CursorSettings cursors) {}

    /**
     * @param member of this agent alone, if it has one
     */
    public record Operations(Optional<String> member, OperationSettings settings) {}

    /** How often things are looked at and told. */
    public record Pace(Duration shardsRefresh, Duration noteInterval, Duration statusInterval) {}

    /**
     * @throws io.tidemark.schemas.config.ConfigException with everything that is wrong
     */
    public static CaptureConfig of(Map<String, String> values) {
        ConfigReader reader = new ConfigReader(values);
        ClusterName cluster =
                reader.parsed("cluster", ClusterName::new)
                        .orElseGet(() -> required(reader, "cluster", new ClusterName("none")));
        Source source = source(reader);
        Operations operations = operations(reader);
        Optional<SnapshotConfig> snapshots = SnapshotConfig.read(reader);
        long memory =
                reader.bytes(
                        "memory.bytes",
                        memoryOfHeap(
                                Runtime.getRuntime().maxMemory(),
                                reader.optionalText("bucket").isPresent()),
                        LEAST_MEMORY,
                        64L << 30);
        TailSettings tail = tail(reader, memory);
        Duration refresh = seconds(reader, "shards.refresh", 10, 1, 60);
        Map<String, String> kafka = kafka(reader);
        OplogTopicSettings topics = topics(reader, kafka);
        OwnershipSettings ownership =
                new OwnershipSettings(
                        seconds(reader, "owner.session.timeout", 10, 1, 300),
                        refresh,
                        seconds(reader, "owner.stop.timeout", 10, 1, 300),
                        kafka);
        RegistryConfig registry = RegistryConfig.read(reader);
        Pace pace =
                new Pace(
                        refresh,
                        seconds(reader, "note.interval", 0, 0, 3600),
                        reader.duration(
                                "status.interval",
                                Duration.ofSeconds(1),
                                Duration.ofMillis(100),
                                Duration.ofMinutes(1)));
        HeadroomAlarm.Limits headroom =
                new HeadroomAlarm.Limits(
                        reader.number("oplog.headroom.percent", 25, 0, 100),
                        reader.duration(
                                "oplog.headroom.least",
                                Duration.ofHours(1),
                                Duration.ZERO,
                                Duration.ofDays(30)));
        MetricsConfig metrics = MetricsConfig.read(reader);
        reader.finish();
        return new CaptureConfig(
                cluster,
                source,
                tail,
                topics,
                ownership,
                registry,
                pace,
                operations,
                snapshots,
                memory,
                headroom,
                metrics);
    }

    private static Operations operations(ConfigReader reader) {
        OperationSettings settings =
                OperationSettings.of(
                        seconds(reader, "operation.stale.after", 30, 3, 600),
                        seconds(reader, "operation.command.age", 60, 5, 86_400),
                        seconds(reader, "operation.abandon.after", 600, 10, 86_400));
        return new Operations(reader.parsed("operation.member", text -> text), settings);
    }

    private static Source source(ConfigReader reader) {
        String uri =
                reader.parsed("source.uri", CaptureConfig::connectionString)
                        .orElseGet(() -> required(reader, "source.uri", ""));
        Map<String, String> tags =
                reader.parsed("source.read.tags", CaptureConfig::tags).orElse(Map.of());
        ReadPreferences preferences =
                new ReadPreferences(
                        tags,
                        seconds(reader, "source.read.max.staleness", 90, 1, 3600),
                        reader.flag("source.read.primary", true));
        int batch = (int) reader.bytes("source.batch.bytes", 1L << 20, 64L << 10, 16L << 20);
        return new Source(
                new Secret(uri),
                seconds(reader, "source.timeout", 10, 1, 300),
                preferences,
                new CursorSettings(batch));
    }

    /**
     * Half of what the agent itself, and snapshots if it takes them, leave of a heap; the rest is
     * what lies around entries.
     */
    static long memoryOfHeap(long heapBytes, boolean snapshots) {
        long ofSnapshots =
                SnapshotSettings.readsAtOnce(heapBytes) * SnapshotSettings.READ_BYTES
                        + SnapshotConfig.partMemory(heapBytes);
        long others = (64L << 20) + (snapshots ? ofSnapshots : 0);
        return Math.max(LEAST_MEMORY, (heapBytes - others) / 2);
    }

    /** For each replica set; its producer keeps buffers for as much. */
    static long commitBytes(long memory) {
        return Math.max(2L << 20, Math.min(TailSettings.DEFAULTS.commitBytes(), memory / 32));
    }

    private static TailSettings tail(ConfigReader reader, long memory) {
        TailSettings defaults = TailSettings.DEFAULTS;
        return new TailSettings(
                reader.number("commit.entries", defaults.commitEntries(), 1, 1_000_000),
                commitBytes(memory),
                reader.duration(
                        "commit.interval",
                        defaults.commitInterval(),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(10)),
                defaults.awaitData(),
                reader.duration(
                        "gap.patience", defaults.gapPatience(), Duration.ZERO, Duration.ofDays(1)),
                defaults.windowRefresh(),
                defaults.backOffMin(),
                defaults.backOffMax());
    }

    private static Map<String, String> kafka(ConfigReader reader) {
        Map<String, String> kafka = new TreeMap<>(reader.under("kafka."));
        if (kafka.getOrDefault("bootstrap.servers", "").isBlank()) {
            reader.problem("kafka.bootstrap.servers is missing");
        }
        return kafka;
    }

    private static OplogTopicSettings topics(ConfigReader reader, Map<String, String> kafka) {
        int copies = reader.number("topic.replication.factor", 3, 1, 100);
        int inSync = reader.number("topic.min.insync.replicas", Math.min(2, copies), 1, 100);
        if (inSync > copies) {
            reader.problem(
                    "topic.min.insync.replicas is %d, more than topic.replication.factor %d: nothing could ever be written"
                            .formatted(inSync, copies));
        }
        String compression = reader.text("topic.compression", "lz4");
        if (!compression.matches("lz4|zstd|snappy|gzip|none")) {
            reader.problem(
                    "topic.compression must be lz4, zstd, snappy, gzip or none but is '"
                            + compression
                            + "'");
        }
        return new OplogTopicSettings(
                (short) copies,
                Math.min(inSync, copies),
                reader.duration(
                        "topic.retention",
                        Duration.ofDays(7),
                        Duration.ofHours(1),
                        Duration.ofDays(3650)),
                compression,
                reader.bytes("producer.buffer.bytes", 32L << 20, 18L << 20, 1L << 30),
                kafka);
    }

    private static String connectionString(String text) {
        try {
            return new ConnectionString(text).getConnectionString();
        } catch (IllegalArgumentException e) {
            // The driver's message may repeat the text, and with it the password.
            throw new IllegalArgumentException(
                    "no MongoDB connection string: use mongodb://HOST:PORT,…/", e);
        }
    }

    private static Map<String, String> tags(String text) {
        Map<String, String> tags = new TreeMap<>();
        for (String pair : text.split(",")) {
            String[] parts = pair.strip().split(":", 2);
            if (parts.length != 2 || parts[0].isEmpty()) {
                throw new IllegalArgumentException(
                        "use key:value,key:value but not '" + pair + "'");
            }
            tags.put(parts[0], parts[1]);
        }
        return tags;
    }

    private static Duration seconds(
            ConfigReader reader, String key, int ifAbsent, int least, int most) {
        return reader.duration(
                key,
                Duration.ofSeconds(ifAbsent),
                Duration.ofSeconds(least),
                Duration.ofSeconds(most));
    }

    /** Notes a key as missing where it was not given at all, and goes on with a stand-in. */
    private static <T> T required(ConfigReader reader, String key, T standIn) {
        reader.text(key);
        return standIn;
    }
}
