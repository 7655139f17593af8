package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/**
 * Collections that come, change their name and options, and go: {@code app.*}; and unique keys
 * changing hands.
 */
final class CatalogActions {
    private final WorkloadClient client;
    private final List<String> collections = new ArrayList<>();
    private int nextCollection;
    private int nextItem = 10;
    private int nextDocument;

    CatalogActions(WorkloadClient client) {
        this.client = client;
    }

    void prepare() {
        client.must("admin", "{enableSharding: 'app', primaryShard: 'shard1'}");
        client.must(
                "app",
                "{createIndexes: 'items', indexes: [{key: {sku: 1}, name: 'sku_1', unique:"
                        + " true}]}");
        for (int i = 0; i < 10; i++) {
            client.must(
                    "app", "{insert: 'items', documents: [{_id: " + i + ", sku: 'sku" + i + "'}]}");
        }
    }

    /** Two items swap their unique key, or a new item takes over the key of a deleted one. */
    void swapUniqueKeys() {
        int left = client.below(10);
        int right = (left + 1 + client.below(9)) % 10;
        if (client.chance(50)) {
            int heir = nextItem++;
            client.run(
                    "app",
                    WorkloadClient.deleteCommand(
                            "items", new BsonDocument("sku", sku(left)), false));
            client.insert(
                    "app",
                    "items",
                    List.of(new BsonDocument("_id", new BsonInt32(heir)).append("sku", sku(left))));
            return;
        }
        rekey(sku(left), new BsonString("in between"));
        rekey(sku(right), sku(left));
        rekey(new BsonString("in between"), sku(right));
    }

    private static BsonString sku(int number) {
        return new BsonString("sku" + number);
    }

    private void rekey(BsonString from, BsonString to) {
        client.run(
                "app",
                WorkloadClient.updateCommand(
                        "items",
                        new BsonDocument("sku", from),
                        new BsonDocument("$set", new BsonDocument("sku", to)),
                        false));
    }

    private String some() {
        return collections.get(client.below(collections.size()));
    }

    void create() {
        String name = "c" + nextCollection++;
        BsonDocument command = new BsonDocument("create", new BsonString(name));
        switch (client.below(4)) {
            case 0 ->
                    command.append("capped", BsonBoolean.TRUE)
                            .append("size", new BsonInt32(1 << 20));
            case 1 -> command.append("validator", BsonDocument.parse("{n: {$gte: 0}}"));
            case 2 -> command.append("collation", BsonDocument.parse("{locale: 'simple'}"));
            default -> {}
        }
        boolean shards = client.chance(25) && command.size() == 1;
        boolean created =
                shards
                        ? client.run(
                                "admin",
                                BsonDocument.parse(
                                        "{shardCollection: 'app."
                                                + name
                                                + "', key: {_id: 'hashed'}}"))
                        : client.run("app", command);
        if (created) {
            collections.add(name);
        }
    }

    void fill() {
        if (collections.isEmpty()) {
            return;
        }
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = client.below(5); i >= 0; i--) {
            documents.add(
                    new BsonDocument("_id", new BsonInt32(nextDocument++))
                            .append("n", new BsonInt32(client.below(100) - 3))
                            .append("k", new BsonString("k" + client.below(10))));
        }
        client.insert("app", some(), documents);
    }

    void drop() {
        if (collections.size() > 2) {
            String name = some();
            if (client.run("app", new BsonDocument("drop", new BsonString(name)))) {
                collections.remove(name);
            }
        }
    }

    void rename() {
        if (collections.isEmpty()) {
            return;
        }
        String from = some();
        boolean overAnother = client.chance(30) && collections.size() > 2;
        String to = overAnother ? some() : "c" + nextCollection++;
        boolean sharded =
                client.cluster.routing().collection("app." + from).isPresent()
                        || client.cluster.routing().collection("app." + to).isPresent();
        if (from.equals(to) || sharded) {
            return;
        }
        BsonDocument command =
                new BsonDocument("renameCollection", new BsonString("app." + from))
                        .append("to", new BsonString("app." + to))
                        .append("dropTarget", BsonBoolean.valueOf(overAnother));
        if (client.run("admin", command)) {
            collections.remove(from);
            collections.remove(to);
            collections.add(to);
        }
    }

    void modify() {
        if (!collections.isEmpty()) {
            BsonDocument command =
                    new BsonDocument("collMod", new BsonString(some()))
                            .append(
                                    "validator",
                                    BsonDocument.parse(
                                            "{n: {$gte: " + (client.below(4) - 3) + "}}"))
                            .append(
                                    "validationLevel",
                                    new BsonString(client.chance(50) ? "moderate" : "strict"));
            client.run("app", command);
        }
    }

    void buildIndex() {
        if (!collections.isEmpty()) {
            String field = client.chance(50) ? "n" : "k";
            BsonDocument index =
                    new BsonDocument("key", new BsonDocument(field, new BsonInt32(1)))
                            .append("name", new BsonString(field + "_1"));
            client.run(
                    "app",
                    new BsonDocument("createIndexes", new BsonString(some()))
                            .append("indexes", new BsonArray(List.of(index))));
        }
    }

    void dropIndex() {
        if (!collections.isEmpty()) {
            client.run(
                    "app",
                    new BsonDocument("dropIndexes", new BsonString(some()))
                            .append("index", new BsonString("n_1")));
        }
    }
}
