package io.tidemark.cli.snapshot;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.ClusterBuilder;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Workload;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bson.BsonDocument;

/** A cluster whose users and operators never rest. One thread at a time. */
final class LivingCluster implements AutoCloseable {
    /** Refusals that belong to a cluster at work: a collection that is gone, moved or locked. */
    private static final Set<Integer> EXPECTED =
            Set.of(20, 24, 26, 27, 48, 61, 72, 85, 86, 112, 117, 118, 166, 246, 11000, 13388);

    final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    final SimulatedCluster cluster;
    final MongoSnapshotMembers members;
    private final Optional<Workload> workload;
    private final Random random;
    private int nextName;
    private int readMember;

    LivingCluster(ServerVersion version, long seed) {
        this(version, seed, builder -> builder.shards(3), true);
        workload.orElseThrow().prepare();
        run("enableSharding: 'extra', primaryShard: 'shard0'", "admin");
        run("create: 'ring', capped: true, size: 1000000", "extra");
    }

    /** One that nobody uses but the test. */
    static LivingCluster atRest(
            ServerVersion version, long seed, UnaryOperator<ClusterBuilder> settings) {
        return new LivingCluster(version, seed, settings, false);
    }

    private LivingCluster(
            ServerVersion version,
            long seed,
            UnaryOperator<ClusterBuilder> settings,
            boolean inUse) {
        random = new Random(seed);
        cluster =
                settings.apply(
                                SimulatedCluster.builder()
                                        .version(version)
                                        .seed(seed)
                                        .clock(clock)
                                        .noopInterval(Duration.ZERO)
                                        .orphanCleanupDelay(Duration.ofSeconds(30))
                                        .manualTicks())
                        .start();
        members =
                new MongoSnapshotMembers(
                        new MongoAccess(
                                new ConnectionString(cluster.config().uri()),
                                Duration.ofSeconds(20)),
                        // Prepared transactions don't go on while a read waits for them.
                        Duration.ofMillis(100));
        workload = inUse ? Optional.of(new Workload(cluster, seed)) : Optional.empty();
    }

    /** Scans read this member of each set from now on. */
    void readFrom(int member) {
        readMember = member;
    }

    void live(int steps) {
        for (int i = 0; i < steps && workload.isPresent(); i++) {
            step();
        }
    }

    void step() {
        if (random.nextInt(100) < 20) {
            clock.advance(Duration.ofSeconds(1));
        }
        if (random.nextInt(100) < 15) {
            extra();
        } else {
            workload.orElseThrow().step();
        }
    }

    /** What the workload doesn't do. */
    private void extra() {
        String name = "e" + random.nextInt(6);
        int id = random.nextInt(40);
        switch (random.nextInt(12)) {
            case 0 -> run("create: 'v" + nextName++ + "', viewOn: 'ring', pipeline: []", "extra");
            case 1 -> run("drop: 'v" + random.nextInt(nextName + 1) + "'", "extra");
            case 2 -> run("delete: '" + name + "', deletes: [{q: {}, limit: 0}]", "extra");
            case 3 -> run("drop: '" + name + "'", "extra");
            case 4 ->
                    run(
                            "createIndexes: '"
                                    + name
                                    + "', indexes: [{key: {at: 1}, name: 'ttl', expireAfterSeconds:"
                                    + " 3}]",
                            "extra");
            case 5 -> cluster.shards().values().forEach(SimulatedReplicaSet::expireDocuments);
            case 6 -> cluster.runDueRangeDeletions();
            case 7 ->
                    run(
                            "insert: 'ring', documents: [{_id: "
                                    + nextName++
                                    + ", text: 'some text'}]",
                            "extra");
            case 8 ->
                    run(
                            "renameCollection: 'extra."
                                    + name
                                    + "', to: 'extra.e"
                                    + random.nextInt(6)
                                    + "', dropTarget: true",
                            "admin");
            default ->
                    run(
                            "update: '"
                                    + name
                                    + "', updates: [{q: {_id: "
                                    + mixed(id)
                                    + "}, u: {$set: {n: "
                                    + id
                                    + ", at: {$date: "
                                    + clock.millis()
                                    + "}}}, upsert: true}]",
                            "extra");
        }
    }

    /** Ids of all types; some equal to each other, as a server sees them. */
    private static String mixed(int id) {
        return switch (id % 6) {
            case 0 -> Integer.toString(id);
            case 1 -> (id - 1) + ".0";
            case 2 -> "'s" + id + "'";
            case 3 -> "{a: " + id + "}";
            case 4 -> "{$oid: '5f00000000000000000000" + (10 + id) + "'}";
            default -> id % 5 == 0 ? "null" : "{$date: " + id * 1000L + "}";
        };
    }

    private void run(String command, String database) {
        BsonDocument reply =
                cluster.router().run(database, BsonDocument.parse("{" + command + "}"));
        boolean failed = reply.getNumber("ok").intValue() != 1;
        BsonDocument error =
                reply.containsKey("writeErrors")
                        ? reply.getArray("writeErrors").get(0).asDocument()
                        : reply;
        int code = failed || error != reply ? error.getNumber("code").intValue() : 0;
        if (code != 0 && !EXPECTED.contains(code)) {
            throw new IllegalStateException(command + " was refused: " + reply);
        }
    }

    /** Shards first, config servers last, as the leader starts them. */
    List<SourceSet> sets() {
        List<SourceSet> sets = new ArrayList<>();
        for (Map.Entry<String, SimulatedReplicaSet> shard : cluster.shards().entrySet()) {
            sets.add(set(shard.getValue(), Optional.of(shard.getKey())));
        }
        sets.add(set(cluster.config(), Optional.empty()));
        return sets;
    }

    private SourceSet set(SimulatedReplicaSet set, Optional<String> shardId) {
        return new SourceSet(
                new ReplicaSet(set.name()),
                shardId,
                shardId.isEmpty(),
                List.of(set.member(readMember).address()));
    }

    void settle() {
        workload.ifPresent(Workload::settle);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
