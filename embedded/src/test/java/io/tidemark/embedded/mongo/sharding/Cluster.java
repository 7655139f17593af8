package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.query.BsonOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** A cluster under a clock that stands still, called in process; for tests of one thread. */
final class Cluster implements AutoCloseable {
    final ManualClock clock;
    final SimulatedCluster simulated;

    Cluster(ServerVersion version) {
        this(new ManualClock(), version);
    }

    private Cluster(ManualClock clock, ServerVersion version) {
        this(
                SimulatedCluster.builder()
                        .version(version)
                        .clock(clock)
                        .noopInterval(Duration.ZERO)
                        .manualTicks()
                        .start(),
                clock);
    }

    Cluster(SimulatedCluster simulated, ManualClock clock) {
        this.simulated = simulated;
        this.clock = clock;
    }

    /** Runs a command that must succeed. */
    BsonDocument run(String database, String command) {
        BsonDocument reply = simulated.router().run(database, BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as(command + " gave " + reply).isEqualTo(1);
        assertThat(reply.containsKey("writeErrors")).as(command + " gave " + reply).isFalse();
        return reply;
    }

    BsonDocument admin(String command) {
        return run("admin", command);
    }

    /** shop.orders by customer: below 100 on shard0, below 200 on shard1, the rest on shard2. */
    Cluster withOrders() {
        admin("{enableSharding: 'shop', primaryShard: 'shard0'}");
        admin("{shardCollection: 'shop.orders', key: {customer: 1}}");
        admin("{split: 'shop.orders', middle: {customer: 100}}");
        admin("{split: 'shop.orders', middle: {customer: 200}}");
        admin("{moveChunk: 'shop.orders', find: {customer: 100}, to: 'shard1'}");
        admin("{moveChunk: 'shop.orders', find: {customer: 200}, to: 'shard2'}");
        return this;
    }

    void insert(int id, int customer) {
        run(
                "shop",
                "{insert: 'orders', documents: [{_id: "
                        + id
                        + ", customer: "
                        + customer
                        + ", n: 0}]}");
    }

    BsonTimestamp now() {
        return simulated.clusterTime();
    }

    List<String> oracle(String namespace, BsonTimestamp time) {
        return simulated.oracle().documents(namespace, time).stream()
                .map(BsonDocument::toJson)
                .toList();
    }

    List<String> find(String namespace) {
        int dot = namespace.indexOf('.');
        BsonDocument reply =
                run(
                        namespace.substring(0, dot),
                        "{find: '"
                                + namespace.substring(dot + 1)
                                + "', sort: {_id: 1}, batchSize: 100000}");
        List<String> found = new ArrayList<>();
        reply.getDocument("cursor")
                .getArray("firstBatch")
                .forEach(document -> found.add(document.asDocument().toJson()));
        return found;
    }

    /**
     * What the shards held at a time by their own oracles, orphans left out: must be what the
     * cluster's oracle says, though that one knows nothing of moves.
     */
    List<String> owned(String namespace, BsonTimestamp time) {
        Routing then = simulated.oracle().routing(time);
        List<RawBsonDocument> found = new ArrayList<>();
        UUID uuid = simulated.oracle().uuid(namespace, time).orElseThrow();
        for (Map.Entry<String, SimulatedReplicaSet> shard : simulated.shards().entrySet()) {
            boolean present =
                    shard.getValue().oracle().collectionsAt(time).values().stream()
                            .anyMatch(collection -> collection.uuid().equals(uuid));
            if (present) {
                shard.getValue().oracle().documentsAt(uuid, time).stream()
                        .filter(
                                document ->
                                        then.collection(namespace)
                                                .map(
                                                        sharded ->
                                                                sharded.shardOf(document)
                                                                        .equals(shard.getKey()))
                                                .orElse(true))
                        .forEach(found::add);
            }
        }
        found.sort(
                Comparator.comparing(
                                (RawBsonDocument document) -> document.get("_id"), BsonOrder.SIMPLE)
                        .thenComparing(BsonOrder.SIMPLE));
        return found.stream().map(BsonDocument::toJson).toList();
    }

    /** Entries of a set's oplog after a time. */
    List<BsonDocument> oplog(SimulatedReplicaSet set, BsonTimestamp after) {
        BsonDocument find =
                new BsonDocument("find", Bson.string("oplog.rs"))
                        .append("filter", new BsonDocument("ts", new BsonDocument("$gt", after)))
                        .append("batchSize", Bson.number(100_000));
        List<BsonDocument> entries = new ArrayList<>();
        set.primary()
                .run("local", find)
                .getDocument("cursor")
                .getArray("firstBatch")
                .forEach(entry -> entries.add(entry.asDocument()));
        return entries;
    }

    @Override
    public void close() {
        simulated.close();
    }
}
