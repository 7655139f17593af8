package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.sharding.MovePrimary;
import io.tidemark.embedded.mongo.sharding.Resharding;
import io.tidemark.embedded.mongo.sharding.ShardedCollection;
import io.tidemark.embedded.mongo.sharding.Stepwise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bson.BsonDocument;

/** DDL: what takes several steps goes on beside everything else, one at a time per database. */
final class Definitions {
    static final List<String> DATABASES = List.of("alpha", "beta", "gamma");

    private record Open(String database, String name, Stepwise steps) {}

    private final Life life;
    private final UserWrites writes;
    private final List<Open> underWay = new ArrayList<>();
    private final List<Stepwise> abandoned = new ArrayList<>();

    Definitions(Life life, UserWrites writes) {
        this.life = life;
        this.writes = writes;
    }

    void prepare() {
        String primary = life.anyShard();
        life.run("admin", "{enableSharding: 'alpha', primaryShard: '" + primary + "'}");
        life.run("admin", "{shardCollection: 'alpha.s', key: {k: 1}}");
        life.run("admin", "{shardCollection: 'alpha.h', key: {_id: 'hashed'}}");
        life.run("alpha", "{create: 'u'}");
        if (life.chance(70)) {
            life.run("admin", "{enableSharding: 'beta', primaryShard: '" + life.anyShard() + "'}");
            life.run("beta", "{create: 'u1'}");
            life.run("beta", "{create: 'u2'}");
            life.run("admin", "{shardCollection: 'beta.s', key: {k: 1}}");
        }
    }

    private Optional<String> freeDatabase() {
        List<String> free = DATABASES.stream().filter(life::isFree).toList();
        return free.isEmpty() ? Optional.empty() : Optional.of(life.any(free));
    }

    /** A collection of a database that no DDL and no migration has taken. */
    private Optional<String> freeCollection() {
        List<String> free =
                writes.collections().stream()
                        .filter(name -> life.isFree(Life.database(name)))
                        .toList();
        return free.isEmpty() ? Optional.empty() : Optional.of(life.any(free));
    }

    /** Begins DDL of several steps. */
    void begin() {
        Optional<String> namespace = freeCollection();
        if (namespace.isEmpty()) {
            return;
        }
        String ns = namespace.get();
        String database = Life.database(ns);
        switch (life.below(12)) {
            case 0, 1 -> open(database, "drop " + ns, () -> life.cluster.dropCollection(ns));
            case 2, 3, 4 -> rename(ns);
            case 5 ->
                    open(
                            database,
                            "dropDatabase " + database,
                            () -> life.cluster.dropDatabase(database));
            case 6, 7 -> {
                String to = life.anyShard();
                open(
                        database,
                        "movePrimary " + database + " to " + to,
                        () -> life.cluster.movePrimary(database, to));
            }
            case 8, 9 -> reshard();
            default -> refine();
        }
    }

    private void reshard() {
        List<String> able =
                life.cluster.routing().collections().keySet().stream()
                        .filter(ns -> life.isFree(Life.database(ns)))
                        .toList();
        if (!able.isEmpty() && life.cluster.version().atLeast(ServerVersion.V5_0)) {
            String ns = life.any(able);
            String key = life.any(List.of("{k: 1}", "{_id: 'hashed'}", "{k: 'hashed'}"));
            open(
                    Life.database(ns),
                    "reshardCollection " + ns + " " + key,
                    () -> life.cluster.reshardCollection(ns, BsonDocument.parse(key)));
        }
    }

    private void rename(String from) {
        String database = Life.database(from);
        List<String> same =
                writes.collections().stream()
                        .filter(ns -> Life.database(ns).equals(database) && !ns.equals(from))
                        .toList();
        boolean over = life.chance(40) && !same.isEmpty();
        String to = over ? life.any(same) : database + "." + life.nextName(database, "r");
        boolean sharded = life.cluster.routing().collection(to).isPresent();
        if (sharded && !life.cluster.version().atLeast(ServerVersion.V5_0)) {
            // Before 5.0 a router refuses it.
            return;
        }
        open(
                database,
                "rename " + from + " to " + to,
                () -> life.cluster.renameCollection(from, to, over));
    }

    private void refine() {
        List<ShardedCollection> able =
                life.cluster.routing().collections().values().stream()
                        .filter(c -> c.key().pattern().equals(BsonDocument.parse("{k: 1}")))
                        .filter(c -> life.isFree(Life.database(c.namespace())))
                        .toList();
        if (!able.isEmpty()) {
            String ns = life.any(able).namespace();
            open(
                    Life.database(ns),
                    "refine " + ns,
                    () -> life.cluster.refineShardKey(ns, BsonDocument.parse("{k: 1, _id: 1}")));
        }
    }

    private void open(String database, String name, Supplier<Stepwise> begin) {
        try {
            life.wrote("begin " + name);
            Stepwise steps = begin.get();
            if (!steps.isDone()) {
                life.defines(database);
                underWay.add(new Open(database, name, steps));
            }
        } catch (ServerError | CommandFailure refused) {
            life.wrote("  refused: " + refused.getMessage());
        }
    }

    void advance() {
        if (underWay.isEmpty()) {
            return;
        }
        Open open = life.any(underWay);
        if (life.chance(5)) {
            abort(open);
        }
        life.wrote(open.name() + ": " + open.steps().next().orElse(""));
        try {
            life.step(() -> open.steps().step());
        } catch (ServerError busy) {
            // A transaction holds the collection: it waits.
            if (busy.code() != 24) {
                throw busy;
            }
        }
        if (open.steps().isDone()) {
            underWay.remove(open);
            life.defined(open.database());
        }
    }

    /** Given up by its operator, or because a server could not go on. */
    private void abort(Open open) {
        try {
            if (open.steps() instanceof MovePrimary move) {
                life.wrote("abort " + open.name());
                move.abort("the operator has changed his mind");
            } else if (open.steps() instanceof Resharding resharding) {
                life.wrote("abort " + open.name());
                resharding.abort();
            }
        } catch (ServerError tooLate) {
            life.wrote("  refused: " + tooLate.getMessage());
        }
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** The coordinator dies and nobody takes over: the database stays taken. */
    void abandon() {
        if (!underWay.isEmpty()) {
            Open open = underWay.remove(life.below(underWay.size()));
            life.wrote("abandon " + open.name());
            abandoned.add(open.steps());
        }
    }

    void settle() {
        for (int i = 0; i < 400 && !underWay.isEmpty(); i++) {
            advance();
        }
    }

    /** After the archive was made: for the oracle to know where the abandoned would have led. */
    void finishAll() {
        underWay.forEach(open -> abandoned.add(open.steps()));
        for (Stepwise steps : abandoned) {
            try {
                steps.finish();
            } catch (ServerError | CommandFailure refused) {
                life.wrote("can't be finished: " + refused.getMessage());
            }
        }
    }

    /** DDL that a router carries out in one go; its entries still differ in time. */
    void atOnce() {
        switch (life.below(10)) {
            case 0, 1 -> create();
            case 2, 3 -> shard();
            case 4, 5 -> index("{createIndexes: '%s', indexes: [{key: {n: 1}, name: 'n_1'}]}");
            case 6 -> index("{dropIndexes: '%s', index: 'n_1'}");
            case 7 ->
                    index(
                            "{createIndexes: '%s', indexes: [{key: {old: 1, n: -1}, name: 'on',"
                                    + " sparse: true}, {key: {z: 1}, name: 'z'}]}");
            case 8 -> index("{collMod: '%s', index: {name: 'n_1', hidden: true}}");
            default ->
                    index(
                            "{collMod: '%s', validator: {n: {$not: {$gt: "
                                    + (100 + life.below(9))
                                    + "}}}, validationLevel: 'moderate'}");
        }
    }

    private void create() {
        Optional<String> database = freeDatabase();
        if (database.isEmpty()) {
            return;
        }
        String name = life.nextName(database.get(), "c");
        String kind =
                switch (life.below(7)) {
                    case 5, 6 -> timeSeries();
                    case 0 -> ", capped: true, size: 100000";
                    case 1 -> ", validator: {n: {$not: {$gt: 1000}}}";
                    case 2 -> ", collation: {locale: 'simple'}";
                    case 3 -> ", viewOn: 'u', pipeline: [{$match: {k: 1}}]";
                    default -> "";
                };
        life.run(database.get(), "{create: '" + name + "'" + kind + "}");
    }

    private String timeSeries() {
        return life.cluster.version().atLeast(ServerVersion.V5_0)
                ? ", timeseries: {timeField: 't', metaField: 'm'}"
                : "";
    }

    private void shard() {
        Optional<String> existing =
                writes.collections().stream()
                        .filter(ns -> life.isFree(Life.database(ns)))
                        .filter(ns -> life.cluster.routing().collection(ns).isEmpty())
                        .filter(ns -> !writes.isCapped(ns))
                        .findAny();
        Optional<String> database = freeDatabase();
        if (existing.isPresent() && life.chance(50)) {
            life.run("admin", "{shardCollection: '" + existing.get() + "', key: {k: 1}}");
        } else if (database.isPresent()) {
            String ns = database.get() + "." + life.nextName(database.get(), "s");
            String key = life.chance(50) ? "{k: 1}" : "{_id: 'hashed'}";
            life.run("admin", "{shardCollection: '" + ns + "', key: " + key + "}");
        }
    }

    private void index(String command) {
        Optional<String> ns = freeCollection();
        if (ns.isPresent()) {
            String name = ns.get().substring(ns.get().indexOf('.') + 1);
            life.run(Life.database(ns.get()), command.formatted(name));
        }
    }
}
