package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.sharding.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * What clusters do seldom: collections of one name one after the other and of other kinds, capped
 * ones that roll over, indexes that can't be built, shards that come back.
 */
final class RareActions {
    /** What lines of the diary have that tell of some of them. */
    static final List<String> NAMES =
            List.of(
                    "convertToCapped",
                    "findAndModify",
                    "max\": 3",
                    "add shard shard",
                    "\"name\": \"unique\"",
                    "expireAfterSeconds",
                    "addShardToZone");

    private final Life life;
    private final UserWrites writes;
    private final Moves moves;
    private long nextSession = 5_000;

    RareActions(Life life, UserWrites writes, Moves moves) {
        this.life = life;
        this.writes = writes;
        this.moves = moves;
    }

    void act() {
        switch (life.below(20)) {
            case 0, 1 -> createAgain();
            case 2, 3 -> dropDerived();
            case 4 -> convertToCapped();
            case 5 -> createCapped();
            case 6, 7 -> modify();
            case 8 -> uniqueIndex();
            case 9 -> onFree("{dropIndexes: '%s', index: '*'}");
            case 10, 11, 12 -> moves.drainOrComeBack();
            case 13 -> zone();
            case 14 -> many();
            case 15 -> findAndModify();
            case 16, 17 -> createInTransaction();
            case 18 -> renameAcross();
            default -> recreate();
        }
    }

    private Optional<String> freeDatabase() {
        List<String> free =
                life.cluster.routing().databases().keySet().stream()
                        .filter(Definitions.DATABASES::contains)
                        .filter(life::isFree)
                        .toList();
        return free.isEmpty() ? Optional.empty() : Optional.of(life.any(free));
    }

    private List<String> free() {
        return writes.collections().stream()
                .filter(name -> life.isFree(Life.database(name)))
                .toList();
    }

    private Optional<String> freePlain() {
        List<String> plain =
                free().stream()
                        .filter(ns -> life.cluster.routing().collection(ns).isEmpty())
                        .toList();
        return plain.isEmpty() ? Optional.empty() : Optional.of(life.any(plain));
    }

    private void onFree(String command) {
        List<String> free = free();
        if (!free.isEmpty()) {
            String ns = life.any(free);
            life.run(Life.database(ns), command.formatted(name(ns)));
        }
    }

    private static String name(String namespace) {
        return namespace.substring(namespace.indexOf('.') + 1);
    }

    /** A collection of a kind of its own under a name that something else may have had. */
    private void createAgain() {
        Optional<String> database = freeDatabase();
        if (database.isEmpty()) {
            return;
        }
        String kind =
                switch (life.below(5)) {
                    case 0 -> ", capped: true, size: 4096";
                    case 1 -> ", viewOn: 'u', pipeline: []";
                    case 2 -> timeSeries();
                    case 3 -> ", validator: {n: {$not: {$gt: 500}}}, validationAction: 'warn'";
                    default -> "";
                };
        life.run(
                database.get(),
                "{create: '" + life.nextName(database.get(), "a") + "'" + kind + "}");
    }

    private String timeSeries() {
        return life.cluster.version().atLeast(ServerVersion.V5_0)
                ? ", timeseries: {timeField: 't', metaField: 'm', granularity: 'seconds'}"
                : "";
    }

    /** A view, or a time series with its buckets. */
    private void dropDerived() {
        derived()
                .ifPresent(
                        ns ->
                                life.runOnPrimary(
                                        Life.database(ns),
                                        Life.database(ns),
                                        new BsonDocument("drop", new BsonString(name(ns)))));
    }

    private Optional<String> derived() {
        List<String> found = new ArrayList<>();
        for (Routing.Database database : life.cluster.routing().databases().values()) {
            String views = database.name() + ".system.views";
            if (life.isFree(database.name())) {
                var primary = life.cluster.shards().get(database.primary()).primary();
                if (primary.collection(views).isPresent()) {
                    primary.find(views, new BsonDocument(), Optional.empty())
                            .forEach(view -> found.add(view.getString("_id").getValue()));
                }
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(life.any(found));
    }

    private void convertToCapped() {
        freePlain()
                .filter(ns -> !writes.isCapped(ns))
                .ifPresent(
                        ns ->
                                life.runOnPrimary(
                                        Life.database(ns),
                                        Life.database(ns),
                                        new BsonDocument(
                                                        "convertToCapped", new BsonString(name(ns)))
                                                .append("size", new BsonInt32(1 << 20))));
    }

    /** Of a few documents, so that it rolls over; servers before 5.0 log nothing of that. */
    private void createCapped() {
        Optional<String> database = freeDatabase();
        if (database.isPresent() && life.cluster.version().atLeast(ServerVersion.V5_0)) {
            String name = life.nextName(database.get(), "a");
            life.run(database.get(), "{create: '" + name + "', capped: true, size: 9999, max: 3}");
        }
    }

    private void modify() {
        switch (life.below(5)) {
            case 0 ->
                    onFree(
                            "{createIndexes: '%s', indexes: [{key: {when: 1}, name: 'ttl',"
                                    + " expireAfterSeconds: 100000000}]}");
            case 1 ->
                    onFree(
                            "{collMod: '%s', index: {name: 'ttl', expireAfterSeconds: "
                                    + (200_000_000 + life.below(9))
                                    + "}}");
            case 2 -> onFree("{collMod: '%s', index: {name: 'n_1', hidden: false}}");
            case 3 -> onFree("{collMod: '%s', validator: {}, validationLevel: 'strict'}");
            default -> modifyDerived();
        }
    }

    private void modifyDerived() {
        Optional<String> found = derived();
        if (found.isEmpty()) {
            return;
        }
        String ns = found.get();
        String buckets = Life.database(ns) + ".system.buckets." + name(ns);
        String primary = life.cluster.routing().databases().get(Life.database(ns)).primary();
        boolean series =
                life.cluster.shards().get(primary).primary().collection(buckets).isPresent();
        String change =
                series
                        ? ", expireAfterSeconds: " + (100_000_000 + life.below(9))
                        : ", viewOn: 'u1', pipeline: [{$match: {k: " + life.below(9) + "}}]";
        life.runOnPrimary(
                Life.database(ns),
                Life.database(ns),
                BsonDocument.parse("{collMod: '" + name(ns) + "'" + change + "}"));
    }

    /**
     * Where two documents have one value, the build is aborted; else the index goes at once, as
     * later writes of its keys would wait for transactions.
     */
    private void uniqueIndex() {
        Optional<String> plain = freePlain();
        if (plain.isPresent()) {
            String ns = plain.get();
            String build =
                    "{createIndexes: '%s', indexes: [{key: {n: 1}, name: 'unique', unique: true,"
                            + " sparse: true}]}";
            if (life.run(Life.database(ns), build.formatted(name(ns)))) {
                String drop = "{dropIndexes: '%s', index: 'unique'}";
                life.run(Life.database(ns), drop.formatted(name(ns)));
            }
        }
    }

    private void zone() {
        String zone = "z" + life.below(3);
        life.run("admin", "{addShardToZone: '" + life.anyShard() + "', zone: '" + zone + "'}");
    }

    /** Statements for many documents; they would wait for those that a transaction holds. */
    private void many() {
        Optional<String> plain = freePlain();
        if (plain.isEmpty()) {
            return;
        }
        String ns = plain.get();
        BsonDocument some = BsonDocument.parse("{n: {$gt: " + life.below(100) + "}}");
        BsonDocument statement = new BsonDocument("q", some);
        boolean delete = life.chance(50);
        if (delete) {
            statement.append("limit", new BsonInt32(0));
        } else {
            statement.append("u", BsonDocument.parse("{$inc: {n: -50}}"));
            statement.append("multi", BsonBoolean.TRUE);
        }
        life.run(
                Life.database(ns),
                new BsonDocument(delete ? "delete" : "update", new BsonString(name(ns)))
                        .append(delete ? "deletes" : "updates", new BsonArray(List.of(statement))));
    }

    private void findAndModify() {
        Optional<String> namespace = writes.anyCollection();
        int id = namespace.map(writes::anyFreeId).orElse(0);
        if (id == 0) {
            return;
        }
        String ns = namespace.get();
        BsonDocument command =
                new BsonDocument("findAndModify", new BsonString(name(ns)))
                        .append("query", writes.key(ns, id));
        if (life.chance(30)) {
            command.append("remove", BsonBoolean.TRUE);
        } else {
            command.append("update", writes.change());
            command.append("new", BsonBoolean.valueOf(life.chance(50)));
        }
        command.append("lsid", UserWrites.session(nextSession++))
                .append("txnNumber", new BsonInt64(1));
        life.run(Life.database(ns), command);
    }

    /** A transaction on one shard may create what it writes to. */
    private void createInTransaction() {
        Optional<String> database = freeDatabase();
        if (database.isEmpty()) {
            return;
        }
        String ns = database.get() + "." + life.nextName(database.get(), "a");
        BsonDocument session =
                new BsonDocument("lsid", UserWrites.session(nextSession++))
                        .append("txnNumber", new BsonInt64(1))
                        .append("autocommit", BsonBoolean.FALSE);
        boolean going = true;
        for (int i = 0, last = life.below(6); going && i <= last; i++) {
            BsonDocument document = writes.newDocument(ns, life.nextId());
            BsonDocument insert = UserWrites.insertCommand(ns, List.of(document));
            insert.putAll(session);
            if (i == 0) {
                insert.append("startTransaction", BsonBoolean.TRUE);
            }
            going = life.run(database.get(), insert);
        }
        String outcome = !going || life.chance(15) ? "abortTransaction" : "commitTransaction";
        BsonDocument end = new BsonDocument(outcome, new BsonInt32(1));
        end.putAll(session);
        life.run("admin", end);
    }

    /** Between databases of one shard: a copy that takes the name, then a drop. */
    private void renameAcross() {
        Optional<String> from = freePlain();
        Optional<String> database = freeDatabase();
        if (from.isEmpty() || database.isEmpty()) {
            return;
        }
        var databases = life.cluster.routing().databases();
        String own = Life.database(from.get());
        String to = database.get() + "." + life.nextName(database.get(), "a");
        boolean possible =
                !own.equals(database.get())
                        && databases
                                .get(own)
                                .primary()
                                .equals(databases.get(database.get()).primary());
        if (possible) {
            life.runOnPrimary(
                    own,
                    "admin",
                    new BsonDocument("renameCollection", new BsonString(from.get()))
                            .append("to", new BsonString(to))
                            .append("dropTarget", BsonBoolean.valueOf(life.chance(50))));
        }
    }

    /** Dropped and made anew at once, as scripts do. */
    private void recreate() {
        List<String> free = free();
        if (free.isEmpty()) {
            return;
        }
        String ns = life.any(free);
        boolean sharded = life.cluster.routing().collection(ns).isPresent();
        life.run(Life.database(ns), new BsonDocument("drop", new BsonString(name(ns))));
        if (sharded && life.chance(60)) {
            String key = life.any(List.of("{k: 1}", "{_id: 'hashed'}"));
            life.run("admin", "{shardCollection: '" + ns + "', key: " + key + "}");
        } else if (life.chance(80)) {
            life.run(Life.database(ns), "{create: '" + name(ns) + "'}");
        }
        if (life.chance(70)) {
            writes.insert(ns);
        }
    }
}
