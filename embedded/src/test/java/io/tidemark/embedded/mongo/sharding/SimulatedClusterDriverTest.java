package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import io.tidemark.embedded.mongo.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The real driver against the router, over TCP. */
class SimulatedClusterDriverTest {
    /** A busy machine may be slow: only what never comes fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private SimulatedCluster cluster;
    private MongoClient client;

    private void start(ServerVersion version) {
        cluster = SimulatedCluster.builder().version(version).noopInterval(Duration.ZERO).start();
        client = MongoClients.create(cluster.uri());
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private MongoCollection<Document> shardedOrders() {
        client.getDatabase("admin")
                .runCommand(Document.parse("{enableSharding: 'shop', primaryShard: 'shard0'}"));
        client.getDatabase("admin")
                .runCommand(Document.parse("{shardCollection: 'shop.orders', key: {customer: 1}}"));
        client.getDatabase("admin")
                .runCommand(Document.parse("{split: 'shop.orders', middle: {customer: 100}}"));
        client.getDatabase("admin")
                .runCommand(Document.parse("{split: 'shop.orders', middle: {customer: 200}}"));
        client.getDatabase("admin")
                .runCommand(
                        Document.parse(
                                "{moveChunk: 'shop.orders', find: {customer: 100}, to: 'shard1'}"));
        client.getDatabase("admin")
                .runCommand(
                        Document.parse(
                                "{moveChunk: 'shop.orders', find: {customer: 200}, to: 'shard2'}"));
        return client.getDatabase("shop").getCollection("orders");
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void readsAndWritesThroughTheDriver(ServerVersion version) {
        start(version);
        MongoCollection<Document> orders = shardedOrders();
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            documents.add(new Document("_id", i).append("customer", i * 10).append("total", i));
        }
        orders.insertMany(documents);
        assertThat(orders.countDocuments()).isEqualTo(30);
        assertThat(orders.find(Filters.eq("customer", 150)).first().getInteger("_id"))
                .isEqualTo(15);
        orders.updateOne(Filters.eq("customer", 250), Updates.inc("total", 5));
        orders.updateMany(Filters.gte("total", 0), Updates.push("tags", "seen"));
        orders.deleteOne(Filters.eq("_id", 3));
        orders.bulkWrite(
                List.of(
                        new InsertOneModel<>(new Document("_id", 100).append("customer", 5)),
                        new UpdateOneModel<>(Filters.eq("customer", 5), Updates.set("late", true)),
                        new InsertOneModel<>(new Document("_id", 101).append("customer", 205))));
        List<Integer> newest =
                orders.find()
                        .sort(Sorts.descending("customer"))
                        .limit(3)
                        .map(document -> document.getInteger("_id"))
                        .into(new ArrayList<>());
        assertThat(newest).containsExactly(29, 28, 27);
        assertThat(orders.countDocuments()).isEqualTo(31);
        assertThat(cluster.routing().chunksByShard("shop.orders"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("shard0", 1L, "shard1", 1L, "shard2", 1L));
        assertOracleSeesWhatTheRouterSees("shop.orders");
        client.getDatabase("shop").getCollection("plain").insertOne(new Document("_id", 1));
        assertOracleSeesWhatTheRouterSees("shop.plain");
        assertThat(client.getDatabase("shop").listCollectionNames().into(new ArrayList<>()))
                .contains("orders", "plain");
    }

    private void assertOracleSeesWhatTheRouterSees(String namespace) {
        String[] parts = namespace.split("\\.", 2);
        List<String> seen =
                client.getDatabase(parts[0])
                        .getCollection(parts[1], RawBsonDocument.class)
                        .find()
                        .sort(Sorts.ascending("_id"))
                        .map(RawBsonDocument::toJson)
                        .into(new ArrayList<>());
        BsonTimestamp now = cluster.clusterTime();
        assertThat(cluster.oracle().documents(namespace, now).stream().map(BsonDocument::toJson))
                .containsExactlyElementsOf(seen);
        assertThat(cluster.oracle().namespaces(now)).contains(namespace);
    }

    @ParameterizedTest
    @EnumSource(names = {"V4_4", "V5_0", "V8_0"})
    void commitsATransactionOverSeveralShards(ServerVersion version) {
        start(version);
        MongoCollection<Document> orders = shardedOrders();
        orders.insertOne(new Document("_id", 1).append("customer", 1).append("balance", 100));
        orders.insertOne(new Document("_id", 2).append("customer", 101).append("balance", 0));
        BsonTimestamp before = cluster.clusterTime();
        try (ClientSession session = client.startSession()) {
            session.withTransaction(
                    () -> {
                        orders.updateOne(
                                session, Filters.eq("customer", 1), Updates.inc("balance", -30));
                        orders.updateOne(
                                session, Filters.eq("customer", 101), Updates.inc("balance", 30));
                        return null;
                    });
        }
        assertThat(orders.find(Filters.eq("customer", 1)).first().getInteger("balance"))
                .isEqualTo(70);
        assertThat(orders.find(Filters.eq("customer", 101)).first().getInteger("balance"))
                .isEqualTo(30);
        assertOracleSeesWhatTheRouterSees("shop.orders");
        assertThat(
                        cluster.oracle().documents("shop.orders", before).stream()
                                .map(document -> document.getInt32("balance").getValue()))
                .containsExactly(100, 0);
        assertThat(cluster.oracle().events()).anyMatch(event -> event.kind().equals("transaction"));
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            orders.insertOne(session, new Document("_id", 3).append("customer", 300));
            orders.insertOne(session, new Document("_id", 4).append("customer", 4));
            session.abortTransaction();
        }
        assertThat(orders.countDocuments()).isEqualTo(2);
        assertOracleSeesWhatTheRouterSees("shop.orders");
    }

    @Test
    void refusesWhatARouterRefuses() {
        start(ServerVersion.V5_0);
        MongoCollection<Document> orders = shardedOrders();
        orders.insertOne(new Document("_id", 1).append("customer", 1));
        assertThatThrownBy(
                        () ->
                                orders.updateOne(
                                        Filters.eq("customer", 1), Updates.set("customer", 150)))
                .isInstanceOf(MongoWriteException.class)
                .hasMessageContaining("immutable");
        assertThatThrownBy(() -> orders.updateOne(Filters.eq("x", 1), Updates.set("y", 1)))
                .isInstanceOf(MongoWriteException.class)
                .hasMessageContaining("shard key");
        assertThatThrownBy(() -> orders.insertOne(new Document("_id", 1).append("customer", 1)))
                .isInstanceOf(MongoWriteException.class)
                .hasMessageContaining("E11000");
    }

    @Test
    void keepsItsBooksUnderClientsOfSeveralThreadsAndMoves() throws Exception {
        start(ServerVersion.V5_0);
        shardedOrders();
        MongoCollection<Document> orders = client.getDatabase("shop").getCollection("orders");
        for (int i = 0; i < 30; i++) {
            orders.insertOne(
                    new Document("_id", i).append("customer", i * 10).append("balance", 100));
        }
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicInteger transfers = new AtomicInteger();
        AtomicInteger moves = new AtomicInteger();
        List<Future<?>> clients = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            Random random = new Random(thread);
            clients.add(threads.submit(() -> transfer(orders, random, over, transfers)));
        }
        clients.add(threads.submit(() -> move(over, moves)));
        Thread.sleep(2_000);
        await().atMost(PATIENCE)
                .until(
                        () ->
                                transfers.get() > 0 && moves.get() > 0
                                        || clients.stream().anyMatch(Future::isDone));
        over.set(true);
        for (Future<?> done : clients) {
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(transfers.get()).isPositive();
        assertThat(moves.get()).isPositive();
        int sum = 0;
        for (Document order : orders.find()) {
            sum += order.getInteger("balance");
        }
        assertThat(sum).isEqualTo(3_000);
        assertOracleSeesWhatTheRouterSees("shop.orders");
    }

    private void transfer(
            MongoCollection<Document> orders,
            Random random,
            AtomicBoolean over,
            AtomicInteger transfers) {
        while (!over.get()) {
            int from = random.nextInt(30);
            int to = (from + 1 + random.nextInt(29)) % 30;
            try (ClientSession session = client.startSession()) {
                session.withTransaction(
                        () -> {
                            orders.updateOne(
                                    session,
                                    Filters.eq("customer", from * 10),
                                    Updates.inc("balance", -1));
                            orders.updateOne(
                                    session,
                                    Filters.eq("customer", to * 10),
                                    Updates.inc("balance", 1));
                            return null;
                        });
                transfers.incrementAndGet();
            }
        }
    }

    private void move(AtomicBoolean over, AtomicInteger moves) {
        while (!over.get()) {
            try {
                client.getDatabase("admin")
                        .runCommand(
                                Document.parse(
                                        "{moveChunk: 'shop.orders', find: {customer: 100}, to:"
                                                + " 'shard"
                                                + (moves.get() % 3)
                                                + "'}"));
                moves.incrementAndGet();
            } catch (MongoCommandException busy) {
                assertThat(busy.getErrorCode()).isEqualTo(24);
            }
        }
    }
}
