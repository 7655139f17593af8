package io.tidemark.cli.demo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;

/**
 * The application of the demo: accounts and orders, sharded, and some small collections. Writes
 * through the router as any client does.
 */
final class Shop {
    static final int ACCOUNTS = 300;
    static final int BALANCE = 1_000;
    private static final int ORDERS = 3_000;
    private static final int CUSTOMERS = 3_000;
    private static final int CHUNKS_PER_SHARD = 4;
    private static final String[] STATES = {"new", "paid", "shipped", "returned"};

    private final MongoDatabase admin;
    private final MongoDatabase shop;
    private final Random random;
    private final List<String> shards;

    Shop(MongoClient client, Random random, List<String> shards) {
        this.admin = client.getDatabase("admin");
        this.shop = client.getDatabase("shop");
        this.random = random;
        this.shards = List.copyOf(shards);
    }

    MongoCollection<Document> accounts() {
        return shop.getCollection("accounts");
    }

    private MongoCollection<Document> orders() {
        return shop.getCollection("orders");
    }

    /** Two sharded collections, each with one chunk per shard. */
    void open() {
        run(new Document("enableSharding", "shop").append("primaryShard", shards.get(0)));
        shard("accounts", "_id", ACCOUNTS);
        shard("orders", "customer", CUSTOMERS);
        List<Document> accounts = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add(new Document("_id", i).append("balance", BALANCE));
        }
        accounts().insertMany(accounts);
    }

    private void shard(String collection, String key, int values) {
        awaitSecond();
        String namespace = "shop." + collection;
        run(new Document("shardCollection", namespace).append("key", new Document(key, 1)));
        for (int i = 1; i < shards.size(); i++) {
            Document bound = new Document(key, values * i / shards.size());
            run(new Document("split", namespace).append("middle", bound));
            run(
                    new Document("moveChunk", namespace)
                            .append("find", bound)
                            .append("to", shards.get(i)));
        }
    }

    /** A shard key of each chunk of the accounts. */
    List<BsonDocument> chunksOfAccounts() {
        List<BsonDocument> keys = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            BsonInt32 account = new BsonInt32(ACCOUNTS * i / shards.size());
            keys.add(new BsonDocument("_id", account));
        }
        return keys;
    }

    /** Makes chunks small enough to be moved; gives a shard key of each. */
    List<BsonDocument> splitTheOrders() {
        int chunks = shards.size() * CHUNKS_PER_SHARD;
        List<BsonDocument> keys = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            int bound = CUSTOMERS * i / chunks;
            keys.add(new BsonDocument("customer", new BsonInt32(bound)));
            if (i % CHUNKS_PER_SHARD != 0) {
                Document middle = new Document("customer", bound);
                run(new Document("split", "shop.orders").append("middle", middle));
            }
        }
        return keys;
    }

    /**
     * Gives how many writes it made.
     *
     * @param between run now and then
     */
    int takeOrders(Runnable between) {
        List<Document> batch = new ArrayList<>();
        for (int i = 0; i < ORDERS; i++) {
            batch.add(order(i));
            if (batch.size() == 100) {
                orders().insertMany(batch);
                batch.clear();
                between.run();
            }
        }
        return ORDERS;
    }

    private Document order(int id) {
        return new Document("_id", "order-" + id)
                .append("customer", random.nextInt(CUSTOMERS))
                .append("state", "new")
                .append("total", random.nextInt(100_000) / 100.0)
                .append("at", new Date(1_700_000_000_000L + id))
                .append(
                        "lines",
                        List.of(new Document("article", random.nextInt(500)).append("count", 1L)))
                .append("note", null);
    }

    /** Updates of all kinds, replacements and deletes; gives how many. */
    int workOnOrders(int writes) {
        for (int i = 0; i < writes; i++) {
            var which = Filters.eq("_id", "order-" + random.nextInt(ORDERS));
            switch (random.nextInt(7)) {
                case 0 -> orders().updateOne(which, Updates.set("state", state()));
                case 1 -> orders().updateOne(which, Updates.inc("total", 1.5));
                case 2 -> orders().updateOne(which, Updates.push("lines", new Document("n", i)));
                case 3 -> orders().updateOne(which, Updates.unset("note"));
                case 4 -> orders().updateOne(which, Updates.set("address.city", "Ulm " + i));
                case 5 -> orders().updateOne(which, Updates.popFirst("lines"));
                default -> orders().deleteOne(which);
            }
        }
        return writes;
    }

    private String state() {
        return STATES[random.nextInt(STATES.length)];
    }

    /** Catalogue work as people do it: create, index, rename, drop, make anew. */
    void changeTheCatalogue() {
        awaitSecond();
        orders().createIndex(Indexes.ascending("state", "at"));
        MongoCollection<Document> drafts = shop.getCollection("drafts");
        drafts.insertMany(List.of(new Document("_id", 1), new Document("_id", 2)));
        drafts.createIndex(Indexes.ascending("name"), new IndexOptions().unique(true).sparse(true));
        drafts.renameCollection(new com.mongodb.MongoNamespace("shop", "letters"));
        MongoCollection<Document> settings = shop.getCollection("settings");
        settings.insertOne(new Document("_id", "tax").append("percent", 19));
        settings.drop();
        settings.insertOne(new Document("_id", "tax").append("percent", 20.5));
        settings.replaceOne(
                Filters.eq("_id", "currency"),
                new Document("_id", "currency").append("name", "EUR"),
                new ReplaceOptions().upsert(true));
    }

    /** What should not have happened. */
    void dropTheOrders() {
        awaitSecond();
        orders().drop();
    }

    /**
     * Shares of time are counted in seconds of cluster time: what takes milliseconds should not
     * cost one because it lies across the border of two.
     */
    private static void awaitSecond() {
        try {
            Thread.sleep(1_010 - System.currentTimeMillis() % 1_000);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stopped);
        }
    }

    private void run(Document command) {
        admin.runCommand(command);
    }
}
