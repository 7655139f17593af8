package io.tidemark.cli.drill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.RawBsonDocument;

/**
 * The servers that a drill restored into, asked and cleaned over connections of its own: what the
 * restore thinks of its own work is not all that is believed.
 */
final class ScratchTargets {
    private static final Document IDENTITY = new Document("_id", "shardIdentity");

    private final Map<String, String> uris;
    private final RestorePlan plan;
    private final Set<ReplicaSet> identified = new HashSet<>();

    /**
     * @param uris by replica set name, {@code config} for the config servers
     */
    ScratchTargets(Map<String, String> uris, RestorePlan plan) {
        this.uris = Map.copyOf(uris);
        this.plan = plan;
    }

    /** Where the number of documents is not what the restore reports. */
    List<String> differences(RestoreReport report) {
        List<String> differences = new ArrayList<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            try (MongoClient client = MongoClients.create(uri(set))) {
                collections(report, set)
                        .forEach(
                                (ns, told) -> {
                                    long found = count(client, Namespace.of(ns));
                                    if (found != told.documents()) {
                                        differences.add(
                                                "Collection "
                                                        + ns
                                                        + " of "
                                                        + set.replicaSet()
                                                        + " holds "
                                                        + Counted.of(found, "document")
                                                        + " where the restore read "
                                                        + told.documents()
                                                        + ".");
                                    }
                                });
            }
        }
        return differences;
    }

    /** By reading ids: a server's own count may be wrong after a crash, and on shards. */
    private static long count(MongoClient client, Namespace namespace) {
        long count = 0;
        for (RawBsonDocument ignored :
                client.getDatabase(namespace.database())
                        .getCollection(namespace.collection(), RawBsonDocument.class)
                        .find()
                        .projection(new Document("_id", 1))) {
            count++;
        }
        return count;
    }

    /**
     * Asks, before anything is restored, which of them know already which shard they are.
     *
     * @throws CommandFailure if a restore into one of them is not over: it would be gone on with,
     *     and what it did before would be neither proven nor timed
     */
    void rememberIdentities() {
        for (ReplicaSetPlan set : plan.replicaSets()) {
            if (uri(set) != null) {
                try (MongoClient client = MongoClients.create(uri(set))) {
                    requireNoneUnderWay(set, client);
                    if (versions(client).find(IDENTITY).first() != null) {
                        identified.add(set.replicaSet());
                    }
                }
            }
        }
    }

    private static void requireNoneUnderWay(ReplicaSetPlan set, MongoClient client) {
        for (String database : client.listDatabaseNames()) {
            if (database.equals(ReplayTarget.MARK_DATABASE)) {
                throw new CommandFailure(
                        ExitCode.TARGET_REFUSED,
                        "The target for replica set "
                                + set.replicaSet()
                                + " holds a restore that did not end (database "
                                + database
                                + "). A drill begins in empty targets: drop what is there.");
            }
        }
    }

    private static MongoCollection<RawBsonDocument> versions(MongoClient client) {
        return client.getDatabase("admin").getCollection("system.version", RawBsonDocument.class);
    }

    /**
     * Drops what the restore wrote: the collections that it reports, which shard it told a server
     * to be, and nothing else.
     */
    void clean(RestoreReport report) {
        for (ReplicaSetPlan set : plan.replicaSets()) {
            try (MongoClient client = MongoClients.create(uri(set))) {
                if (!identified.contains(set.replicaSet())) {
                    versions(client).deleteOne(IDENTITY);
                }
                for (String ns : collections(report, set).keySet()) {
                    Namespace namespace = Namespace.of(ns);
                    if (namespace.database().equals("config")) {
                        empty(client, namespace);
                    } else {
                        client.getDatabase(namespace.database())
                                .getCollection(dropped(namespace.collection()))
                                .drop();
                    }
                }
                dropViews(client, report, set);
            }
        }
    }

    /** A server does not let go of some of its own collections; their documents it does. */
    private static void empty(MongoClient client, Namespace namespace) {
        client.getDatabase(namespace.database())
                .getCollection(namespace.collection())
                .deleteMany(new Document());
    }

    /** Buckets go with the time-series collection that they belong to. */
    private static String dropped(String collection) {
        String buckets = "system.buckets.";
        return collection.startsWith(buckets) ? collection.substring(buckets.length()) : collection;
    }

    /** Of databases in which nothing but views is left. */
    private static void dropViews(MongoClient client, RestoreReport report, ReplicaSetPlan set) {
        collections(report, set).keySet().stream()
                .map(ns -> Namespace.of(ns).database())
                .filter(database -> !database.equals("config") && !database.equals("admin"))
                .distinct()
                .forEach(
                        database -> {
                            boolean viewsOnly = true;
                            for (BsonDocument each :
                                    client.getDatabase(database)
                                            .listCollections(BsonDocument.class)) {
                                String name = each.getString("name", new BsonString("")).getValue();
                                boolean view =
                                        each.getString("type", new BsonString(""))
                                                .getValue()
                                                .equals("view");
                                viewsOnly &= view || name.equals("system.views");
                            }
                            if (viewsOnly) {
                                client.getDatabase(database).drop();
                            }
                        });
    }

    private static Map<String, CollectionReport> collections(
            RestoreReport report, ReplicaSetPlan set) {
        return new TreeMap<>(report.replicaSets().get(set.replicaSet().name()).collections());
    }

    private String uri(ReplicaSetPlan set) {
        String own = uris.get(set.replicaSet().name());
        return own != null || !set.isConfigServer() ? own : uris.get(RestoreRequest.CONFIG);
    }
}
