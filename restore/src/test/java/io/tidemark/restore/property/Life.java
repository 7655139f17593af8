package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.ClusterEvent;
import io.tidemark.embedded.mongo.sharding.Router;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * A random cluster and what all that happens to it must respect: which documents undecided
 * transactions hold (there is one thread: a write to them would wait for ever), and which databases
 * are taken by DDL or by migrations (a server's locks keep these two apart).
 */
final class Life implements AutoCloseable {
    /**
     * Refusals that belong to a cluster at work; anything else is a defect of the stand-in or of
     * this workload.
     */
    private static final Set<Integer> EXPECTED =
            Set.of(
                    20, 23, 24, 26, 27, 48, 61, 70, 72, 85, 86, 112, 118, 121, 189, 197, 246, 251,
                    10107, 11000, 11602, 13388, 166, 2, 14, 28, 117);

    final Random random;
    final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    final SimulatedCluster cluster;

    /** What was asked for, in order, with the cluster time before it. */
    final List<String> diary = new ArrayList<>();

    /** What happened to the cluster without its doing. */
    final List<ClusterEvent> others = new ArrayList<>();

    private final List<Router> routers = new ArrayList<>();
    private final Map<String, BsonTimestamp> begins = new HashMap<>();
    private final Map<String, BsonTimestamp> ends = new HashMap<>();
    private final List<BsonTimestamp> days = new ArrayList<>();
    private int events;
    private final Set<String> held = new HashSet<>();
    private final Set<String> defining = new TreeSet<>();
    private final Map<String, Integer> moving = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private int nextId = 1;
    private int nextName = 1;

    /** Whether rare things happen too. */
    final boolean rare;

    Life(long seed, boolean rare) {
        this.rare = rare;
        random = new Random(seed * 0x9E3779B97F4A7C15L + 17);
        ServerVersion[] versions = ServerVersion.values();
        ServerVersion version = versions[random.nextInt(versions.length)];
        boolean elections = chance(30);
        cluster =
                SimulatedCluster.builder()
                        .version(version)
                        .seed(seed)
                        .shards(1 + random.nextInt(4))
                        .members(elections ? 3 : 1)
                        .configMembers(elections ? 3 : 1)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .orphanCleanupDelay(Duration.ofSeconds(20 + random.nextInt(900)))
                        .manualTicks()
                        .start();
        routers.add(cluster.router());
        if (chance(60)) {
            routers.add(cluster.addRouter());
        }
        wrote(version + ", " + cluster.shards().size() + " shards");
        if (chance(60)) {
            limitEntries(2 + random.nextInt(3));
        }
    }

    /** Transactions of more operations than this are logged as several entries. */
    private void limitEntries(int operations) {
        BsonDocument limit =
                new BsonDocument("setParameter", new BsonInt32(1))
                        .append(
                                "maxNumberOfTransactionOperationsInSingleOplogEntry",
                                new BsonInt32(operations));
        cluster.shards().values().forEach(shard -> shard.primary().run("admin", limit));
    }

    /** Does something and notes when what it began has really begun. */
    void step(Runnable action) {
        BsonTimestamp before = cluster.clusterTime();
        action.run();
        List<ClusterEvent> all = cluster.oracle().events();
        all.subList(events, all.size()).forEach(event -> begins.put(name(event), before));
        events = all.size();
    }

    /** A command that was refused half-way is over, although its event has no end. */
    private void end(int first) {
        List<ClusterEvent> all = cluster.oracle().events();
        all.subList(first, all.size()).stream()
                .filter(event -> event.through() == null)
                .filter(event -> !event.kind().equals("transaction"))
                .forEach(event -> ends.put(name(event), cluster.clusterTime()));
    }

    /** A day and more passes without a sign of anything. */
    void waitADay() {
        wrote("a day passes");
        days.add(cluster.clusterTime());
        clock.advance(Duration.ofHours(25));
    }

    /** Whether a day passed between the event's begin and a time: then it counts as dead. */
    boolean isGivenUp(ClusterEvent event, BsonTimestamp time) {
        return days.stream()
                .anyMatch(day -> day.compareTo(begin(event)) >= 0 && day.compareTo(time) < 0);
    }

    /** Whether it is under way at a time, by what is known of its begin and end. */
    boolean isInFlight(ClusterEvent event, BsonTimestamp time) {
        BsonTimestamp end = ends.getOrDefault(name(event), event.through());
        return begin(event).compareTo(time) <= 0 && (end == null || time.compareTo(end) < 0);
    }

    private static String name(ClusterEvent event) {
        return event.kind() + " " + event.subject() + " " + event.from();
    }

    /**
     * The latest time of which it is known that nothing of the event had happened: the
     * coordinator's own, who need not have heard of what users write, or the cluster's just before.
     */
    BsonTimestamp begin(ClusterEvent event) {
        BsonTimestamp before = begins.getOrDefault(name(event), event.from());
        return before.compareTo(event.from()) > 0 ? before : event.from();
    }

    void wrote(String what) {
        diary.add(
                cluster.clusterTime().getTime()
                        + ":"
                        + cluster.clusterTime().getInc()
                        + " "
                        + what);
    }

    Router router() {
        return routers.get(random.nextInt(routers.size()));
    }

    /** Runs a command; false if it was refused for a reason that belongs to a cluster at work. */
    boolean run(String database, BsonDocument command) {
        Router router = router();
        return run(database, command, () -> router.run(database, command));
    }

    /** As {@link #run}, sent to the primary shard of a database alone. */
    boolean runOnPrimary(String of, String database, BsonDocument command) {
        String shard = cluster.routing().databases().get(of).primary();
        return run(database, command, () -> cluster.runOn(shard, database, command));
    }

    private boolean run(String database, BsonDocument command, Supplier<BsonDocument> work) {
        wrote(database + " " + command);
        BsonDocument[] answer = new BsonDocument[1];
        int first = events;
        step(() -> answer[0] = work.get());
        end(first);
        BsonDocument reply = answer[0];
        BsonDocument failed = null;
        if (reply.getNumber("ok").intValue() != 1) {
            failed = reply;
        } else if (reply.containsKey("writeErrors")) {
            failed = reply.getArray("writeErrors").get(0).asDocument();
        }
        if (failed == null) {
            return true;
        }
        int code = failed.getNumber("code").intValue();
        wrote("  refused: " + failed.get("errmsg"));
        if (!EXPECTED.contains(code)) {
            throw new IllegalStateException(command + " was refused: " + reply);
        }
        return false;
    }

    boolean run(String database, String command) {
        return run(database, BsonDocument.parse(command));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    int nextId() {
        return nextId++;
    }

    /** A new name, or where rare things happen one that something in the database had before. */
    String nextName(String database, String prefix) {
        if (rare && !names.isEmpty() && chance(60)) {
            String before = any(names);
            if (!isTaken(database, before)) {
                return before;
            }
        }
        String name = prefix + nextName++;
        names.add(name);
        return name;
    }

    /** Whether a collection, view or time series of that name is, or is left over, on any shard. */
    private boolean isTaken(String database, String name) {
        String namespace = database + "." + name;
        String views = database + ".system.views";
        BsonDocument view = new BsonDocument("_id", new BsonString(namespace));
        return cluster.routing().collection(namespace).isPresent()
                || cluster.shards().values().stream()
                        .map(SimulatedReplicaSet::primary)
                        .anyMatch(
                                set ->
                                        set.collection(namespace).isPresent()
                                                || set.collection(views).isPresent()
                                                        && !set.find(views, view, Optional.empty())
                                                                .isEmpty());
    }

    int ids() {
        return nextId;
    }

    String anyShard() {
        return any(new ArrayList<>(cluster.routing().shards().keySet()));
    }

    void hold(String namespace, int id) {
        held.add(namespace + "/" + id);
    }

    void release(String namespace, int id) {
        held.remove(namespace + "/" + id);
    }

    boolean isHeld(String namespace, int id) {
        return held.contains(namespace + "/" + id);
    }

    static String database(String namespace) {
        int dot = namespace.indexOf('.');
        return dot < 0 ? namespace : namespace.substring(0, dot);
    }

    /** DDL under way goes to all shards: none leaves meanwhile. */
    boolean isAnyDefining() {
        return !defining.isEmpty();
    }

    boolean isDefining(String database) {
        return defining.contains(database);
    }

    /** Whether DDL on the database may begin now: it would wait for all that goes on there. */
    boolean isFree(String database) {
        return !defining.contains(database)
                && moving.getOrDefault(database, 0) == 0
                && held.stream().noneMatch(document -> document.startsWith(database + "."));
    }

    void defines(String database) {
        defining.add(database);
    }

    void defined(String database) {
        defining.remove(database);
    }

    void moves(String database) {
        moving.merge(database, 1, Integer::sum);
    }

    void moved(String database) {
        moving.merge(database, -1, Integer::sum);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
