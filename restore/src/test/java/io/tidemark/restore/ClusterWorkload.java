package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.SteppedClock;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.embedded.mongo.sharding.Stepwise;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * A seeded workload on a simulated cluster of three shards: writes of all kinds, transactions over
 * shards, migrations and DDL, with steps of the long ones between the others.
 */
final class ClusterWorkload implements AutoCloseable {
    private static final Set<String> SAFE_IN_FLIGHT = Set.of("moveChunk", "transaction");

    private final Random random;
    private final SteppedClock clock = SteppedClock.at(1_790_000_000L);
    private final List<Stepwise> underWay = new ArrayList<>();
    private final List<String> unsharded = new ArrayList<>();
    private long nextId;
    private long nextTransaction;
    final SimulatedCluster cluster;

    ClusterWorkload(ServerVersion version, long seed) {
        random = new Random(seed);
        cluster =
                SimulatedCluster.builder()
                        .version(version)
                        .seed(seed)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .orphanCleanupDelay(Duration.ofSeconds(20))
                        .manualTicks()
                        .start();
        admin("{enableSharding: 'shop', primaryShard: 'shard0'}");
        admin("{shardCollection: 'shop.orders', key: {customer: 1}}");
        admin("{split: 'shop.orders', middle: {customer: 100}}");
        admin("{split: 'shop.orders', middle: {customer: 200}}");
        admin("{moveChunk: 'shop.orders', find: {customer: 100}, to: 'shard1'}");
        admin("{moveChunk: 'shop.orders', find: {customer: 200}, to: 'shard2'}");
        admin("{shardCollection: 'shop.events', key: {_id: 'hashed'}}");
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
        underWay.forEach(Stepwise::finish);
        cluster.runDueRangeDeletions();
        clock.advance(Duration.ofSeconds(30));
        cluster.runDueRangeDeletions();
        cluster.noopEverywhere();
    }

    /** Every oplog, from its first entry on. */
    void archive(TestArchive archive) {
        for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
            archive.slices(
                    new Incarnation(set.replicaSetId().toHexString()),
                    set.name(),
                    roleOf(set),
                    ClusterTime.ZERO,
                    entries(set));
        }
    }

    static List<OplogEntry> entries(SimulatedReplicaSet set) {
        return set.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
    }

    ReplicaSetRole roleOf(SimulatedReplicaSet set) {
        return cluster.shards().entrySet().stream()
                .filter(shard -> shard.getValue() == set)
                .map(shard -> ReplicaSetRole.shard(shard.getKey()))
                .findFirst()
                .orElse(ReplicaSetRole.CONFIG_SERVER);
    }

    /** Every entry's time, except while DDL over several shards is half done. */
    List<BsonTimestamp> safeTimes() {
        TreeSet<BsonTimestamp> all = new TreeSet<>();
        BsonTimestamp last = null;
        for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
            List<RawBsonDocument> oplog = set.oplog();
            oplog.forEach(entry -> all.add(entry.getTimestamp("ts")));
            BsonTimestamp end = oplog.get(oplog.size() - 1).getTimestamp("ts");
            last = last == null || end.compareTo(last) < 0 ? end : last;
        }
        List<BsonTimestamp> safe = new ArrayList<>();
        for (BsonTimestamp time : all.headSet(last, true)) {
            boolean ddl =
                    cluster.oracle().inFlightAt(time).stream()
                            .anyMatch(event -> !SAFE_IN_FLIGHT.contains(event.kind()));
            if (!ddl) {
                safe.add(time);
            }
        }
        return safe;
    }

    private void step() {
        if (random.nextInt(8) == 0) {
            clock.advance(Duration.ofSeconds(1 + random.nextInt(5)));
            cluster.runDueRangeDeletions();
        }
        if (!underWay.isEmpty() && random.nextInt(3) == 0) {
            Stepwise work = underWay.get(random.nextInt(underWay.size()));
            work.step();
            underWay.removeIf(Stepwise::isDone);
        }
        switch (random.nextInt(20)) {
            case 0, 1 -> transfer();
            case 2 -> migrate();
            case 3 -> ddl();
            case 4, 5, 6 -> insertEvents();
            case 7, 8 -> writePlain();
            default -> writeOrder();
        }
    }

    private void writeOrder() {
        int customer = customer();
        String command =
                switch (random.nextInt(7)) {
                    case 0, 1, 2 -> insertOrder(customer);
                    case 3 ->
                            "{delete: 'orders', deletes: [{q: {customer: "
                                    + customer
                                    + "}, limit: 1}]}";
                    case 4 ->
                            update(
                                    customer,
                                    "{$set: {'a.b.c': "
                                            + random.nextInt()
                                            + "},"
                                            + " $unset: {note: 1}}");
                    case 5 ->
                            update(
                                    customer,
                                    "{$push: {list: "
                                            + random.nextInt(9)
                                            + "},"
                                            + " $inc: {n: 1}}");
                    default -> update(customer, randomUpdate());
                };
        attempt("shop", command);
    }

    /** Few and far apart: writes meet, on all shards. */
    private int customer() {
        return 10 * random.nextInt(30);
    }

    private String randomUpdate() {
        return switch (random.nextInt(5)) {
            case 0 -> "{$set: {'list.2': 'x" + random.nextInt(9) + "', z: {q: [1, {r: 2}]}}}";
            case 1 -> "{$pop: {list: 1}, $set: {note: 'n" + random.nextInt(99) + "'}}";
            case 2 -> "{$rename: {note: 'old'}}";
            case 3 -> "{$unset: {'a.b': 1, z: 1}}";
            default -> "{$set: {a: [" + random.nextInt(5) + ", {b: {c: 1}}]}}";
        };
    }

    private String insertOrder(int customer) {
        return "{insert: 'orders', documents: [{_id: "
                + nextId++
                + ", customer: "
                + customer
                + ", n: {$numberLong: '5'}, list: [1, 2, 3], note: 'first'}]}";
    }

    private static String update(int customer, String update) {
        return "{update: 'orders', updates: [{q: {customer: "
                + customer
                + "}, u: "
                + update
                + "}]}";
    }

    private void insertEvents() {
        attempt(
                "shop",
                "{insert: 'events', documents: [{_id: 'e"
                        + nextId++
                        + "', x: 1},"
                        + " {_id: "
                        + nextId++
                        + ".5, y: [null, true]}]}");
        if (random.nextInt(3) == 0) {
            attempt("shop", "{delete: 'events', deletes: [{q: {x: 1}, limit: 0}]}");
        }
    }

    private void writePlain() {
        String name = "plain" + random.nextInt(3);
        attempt(
                "shop",
                "{insert: '"
                        + name
                        + "', documents: [{_id: "
                        + nextId++
                        + ", p: "
                        + random.nextInt(5)
                        + "}]}");
        attempt(
                "shop",
                "{update: '"
                        + name
                        + "', updates: [{q: {p: "
                        + random.nextInt(5)
                        + "}, u: {$set: {q: "
                        + random.nextInt()
                        + "}}, multi: true}]}");
    }

    private void transfer() {
        BsonDocument lsid =
                new BsonDocument("id", new org.bson.BsonBinary(new java.util.UUID(7, 7)));
        BsonDocument session =
                new BsonDocument("lsid", lsid)
                        .append("txnNumber", new BsonInt64(nextTransaction++))
                        .append("autocommit", BsonBoolean.FALSE);
        BsonDocument reply = null;
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            String write =
                    random.nextInt(4) == 0
                            ? insertOrder(customer())
                            : update(customer(), "{$inc: {n: 5}}");
            BsonDocument command = BsonDocument.parse(write);
            if (i == 0) {
                command.append("startTransaction", BsonBoolean.TRUE);
            }
            command.putAll(session);
            reply = cluster.router().run("shop", command);
            if (reply.getNumber("ok").intValue() != 1) {
                return;
            }
        }
        String end = random.nextInt(6) == 0 ? "abortTransaction" : "commitTransaction";
        BsonDocument command = new BsonDocument(end, new BsonInt32(1));
        command.putAll(session);
        cluster.router().run("admin", command);
    }

    private void migrate() {
        if (!underWay.isEmpty()) {
            return;
        }
        int customer = customer();
        if (random.nextInt(3) == 0) {
            attempt("admin", "{split: 'shop.orders', middle: {customer: " + customer + "}}");
        }
        String to = "shard" + random.nextInt(3);
        BsonDocument key = new BsonDocument("customer", new BsonInt32(customer));
        if (cluster.routing().collection("shop.orders").orElseThrow().shardOf(key).equals(to)) {
            return;
        }
        try {
            underWay.add(cluster.moveChunk("shop.orders", key, to));
        } catch (CommandFailure refused) {
            // The last move of this range still has its deletion ahead: a server refuses too.
        }
    }

    private void ddl() {
        String name = "extra" + random.nextInt(4);
        switch (random.nextInt(8)) {
            case 0 ->
                    attempt(
                            "shop",
                            "{createIndexes: 'orders', indexes: [{key: {n: 1}, name:"
                                    + " 'n_1'}]}");
            case 1 -> attempt("shop", "{dropIndexes: 'orders', index: 'n_1'}");
            case 2 ->
                    attempt(
                            "shop",
                            "{insert: '" + name + "', documents: [{_id: " + nextId++ + "}]}");
            case 3 -> attempt("shop", "{drop: '" + name + "'}");
            case 4 ->
                    attempt(
                            "admin",
                            "{renameCollection: 'shop."
                                    + name
                                    + "', to: 'shop.extra"
                                    + random.nextInt(4)
                                    + "', dropTarget: "
                                    + random.nextBoolean()
                                    + "}");
            case 5 ->
                    attempt(
                            "shop",
                            "{createIndexes: 'plain1', indexes: [{key: {p: 1}, name:"
                                    + " 'p_1', sparse: true}, {key: {q: -1}, name: 'q'}]}");
            case 6 -> attempt("shop", "{collMod: 'plain1', index: {name: 'p_1', hidden: true}}");
            default ->
                    attempt(
                            "temp",
                            random.nextBoolean()
                                    ? "{insert: 't', documents: [{_id: " + nextId++ + "}]}"
                                    : "{dropDatabase: 1}");
        }
    }

    /** What a server refuses is part of the workload: it must leave nothing. */
    private void attempt(String database, String command) {
        cluster.router().run(database, BsonDocument.parse(command));
    }

    private void admin(String command) {
        BsonDocument reply = cluster.router().run("admin", BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as(command + ": " + reply).isEqualTo(1);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
