package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Orders of a shop: {@code shop.orders}, sharded by customer. */
final class OrderActions {
    private static final String NAMESPACE = "shop.orders";
    private static final int CUSTOMERS = 900;

    private final WorkloadClient client;

    /** Customers of the orders that exist, by id. */
    private final TreeMap<Integer, Integer> live = new TreeMap<>();

    private int nextId = 1;

    OrderActions(WorkloadClient client) {
        this.client = client;
    }

    void prepare() {
        client.must("admin", "{enableSharding: 'shop', primaryShard: 'shard0'}");
        client.must("admin", "{shardCollection: 'shop.orders', key: {customer: 1}}");
        List<String> shards = new ArrayList<>(client.cluster.routing().shards().keySet());
        for (int i = 1; i < shards.size(); i++) {
            int from = CUSTOMERS * i / shards.size();
            client.must("admin", "{split: 'shop.orders', middle: {customer: " + from + "}}");
            client.must(
                    "admin",
                    "{moveChunk: 'shop.orders', find: {customer: "
                            + from
                            + "}, to: '"
                            + shards.get(i)
                            + "'}");
        }
        client.must(
                "shop",
                "{createIndexes: 'orders', indexes: [{key: {'lines.sku': 1}, name: 'sku'}]}");
    }

    void insert() {
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = client.below(3); i >= 0; i--) {
            documents.add(order(nextId++, client.below(CUSTOMERS)));
        }
        if (client.insert("shop", "orders", documents)) {
            documents.forEach(this::exists);
        }
    }

    private void exists(BsonDocument order) {
        live.put(order.getInt32("_id").getValue(), order.getInt32("customer").getValue());
    }

    private BsonDocument order(int id, int customer) {
        BsonArray lines = new BsonArray();
        for (int i = client.below(4); i > 0; i--) {
            lines.add(line());
        }
        return new BsonDocument("_id", new BsonInt32(id))
                .append("customer", new BsonInt32(customer))
                .append("placed", new BsonDateTime(1_700_000_000_000L + client.below(1_000_000)))
                .append("total", new BsonDouble(client.below(10_000) / 4.0))
                .append("lines", lines)
                .append(
                        "ship",
                        new BsonDocument("city", new BsonString("city" + client.below(20)))
                                .append("geo", new BsonArray(List.of(value(), value()))));
    }

    private BsonDocument line() {
        return new BsonDocument("sku", new BsonString("sku" + client.below(50)))
                .append("count", new BsonInt32(1 + client.below(9)));
    }

    private BsonValue value() {
        return switch (client.below(4)) {
            case 0 -> new BsonInt32(client.below(100));
            case 1 -> new BsonInt64(client.random.nextLong());
            case 2 -> new BsonDouble(client.below(1000) / 8.0);
            default -> new BsonString("v" + client.below(1000));
        };
    }

    /** The id of an order nobody holds, or -1. */
    private int someOrder() {
        for (int tries = 0; tries < 5 && !live.isEmpty(); tries++) {
            Integer id = live.ceilingKey(1 + client.below(nextId));
            if (id != null && !client.isHeld(NAMESPACE, id)) {
                return id;
            }
        }
        return -1;
    }

    private BsonDocument key(int id) {
        BsonDocument key = new BsonDocument("_id", new BsonInt32(id));
        // Some clients know the shard key, others make the router ask every owner.
        return client.chance(70) ? key.append("customer", new BsonInt32(live.get(id))) : key;
    }

    void update() {
        int id = someOrder();
        if (id >= 0) {
            client.run("shop", WorkloadClient.updateCommand("orders", key(id), change(), false));
        }
    }

    private BsonDocument change() {
        return switch (client.below(11)) {
            case 0 -> operator("$set", "ship.city", new BsonString("moved" + client.below(9)));
            case 1 -> operator("$inc", "total", new BsonDouble(0.25));
            case 2 -> operator("$push", "lines", line());
            case 3 ->
                    operator(
                            "$pull",
                            "lines",
                            new BsonDocument("sku", new BsonString("sku" + client.below(50))));
            case 4 -> operator("$unset", "ship.geo", new BsonString(""));
            case 5 -> operator("$set", "ship.geo.1", value());
            case 6 -> operator("$set", "lines.0.count", new BsonInt32(client.below(99)));
            case 7 -> operator("$addToSet", "tags", new BsonString("tag" + client.below(5)));
            case 8 ->
                    new BsonDocument(
                                    "$set",
                                    new BsonDocument("a" + client.below(5), value())
                                            .append("n.m.o", value()))
                            .append(
                                    "$unset",
                                    new BsonDocument(
                                            "a" + (5 + client.below(3)), new BsonString("")))
                            .append(
                                    "$max",
                                    new BsonDocument("peak", new BsonInt32(client.below(100))));
            case 9 ->
                    operator(
                            "$push",
                            "lines",
                            new BsonDocument("$each", new BsonArray(List.of(line(), line())))
                                    .append("$slice", new BsonInt32(-3)));
            default -> operator("$rename", "peak", new BsonString("top"));
        };
    }

    private static BsonDocument operator(String name, String path, BsonValue value) {
        return new BsonDocument(name, new BsonDocument(path, value));
    }

    void replace() {
        int id = someOrder();
        if (id >= 0) {
            BsonDocument key =
                    new BsonDocument("_id", new BsonInt32(id))
                            .append("customer", new BsonInt32(live.get(id)));
            client.run(
                    "shop",
                    WorkloadClient.updateCommand("orders", key, order(id, live.get(id)), false));
        }
    }

    void updateMany() {
        if (!client.holdsAnyOf(NAMESPACE)) {
            BsonDocument filter =
                    new BsonDocument(
                            "customer",
                            new BsonDocument("$lt", new BsonInt32(client.below(CUSTOMERS))));
            client.run(
                    "shop",
                    WorkloadClient.updateCommand(
                            "orders", filter, operator("$inc", "seen", new BsonInt32(1)), true));
        }
    }

    void delete() {
        int id = someOrder();
        if (id >= 0 && client.run("shop", WorkloadClient.deleteCommand("orders", key(id), false))) {
            live.remove(id);
        }
    }

    void reinsert() {
        int id = someOrder();
        if (id >= 0 && client.run("shop", WorkloadClient.deleteCommand("orders", key(id), false))) {
            int customer = client.chance(50) ? live.get(id) : client.below(CUSTOMERS);
            live.remove(id);
            BsonDocument again = order(id, customer);
            if (client.insert("shop", "orders", List.of(again))) {
                exists(again);
            }
        }
    }

    void retryInsert() {
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = 2 + client.below(5); i > 0; i--) {
            documents.add(order(nextId++, client.below(CUSTOMERS)));
        }
        BsonDocument session = client.session();
        boolean first =
                client.run(
                        "shop",
                        WorkloadClient.with(
                                WorkloadClient.insertCommand("orders", documents), session));
        boolean second =
                client.run(
                        "shop",
                        WorkloadClient.with(
                                WorkloadClient.insertCommand("orders", documents), session));
        if (first || second) {
            documents.forEach(this::exists);
        }
    }

    void dropAll() {
        if (client.run("shop", new BsonDocument("drop", Bson.string("orders")))) {
            live.clear();
        }
    }
}
