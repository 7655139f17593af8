package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/** Targets that hold something already when they are restored into, one to one. */
final class OccupiedTargets implements AutoCloseable {
    private final ArchivedWorkload archived;
    final ServerTargets servers;

    OccupiedTargets(ArchivedWorkload archived) {
        this.archived = archived;
        this.servers = new ServerTargets(archived.workload);
    }

    /** All kinds of collections. */
    void fill() {
        run("rs0", "shop", "{create: 'orders', validator: {n: {$gte: 0}}}");
        run("rs0", "shop", "{insert: 'orders', documents: [{_id: 1, n: 1}, {_id: 2, n: 2.0}]}");
        run(
                "rs0",
                "shop",
                "{createIndexes: 'orders', indexes: [{key: {n: 1}, name: 'n', unique: true}]}");
        run("rs0", "crm", "{create: 'log', capped: true, size: 4096}");
        run("rs0", "crm", "{insert: 'log', documents: [{_id: 3}, {_id: 1}, {_id: 2}]}");
        run("rs0", "crm", "{create: 'names', collation: {locale: 'de', strength: 1}}");
        run("rs0", "crm", "{insert: 'names', documents: [{_id: 'a', '$odd': 1}]}");
        run("rs0", "crm", "{create: 'recent', viewOn: 'log', pipeline: [{$match: {_id: 2.0}}]}");
        run("rs0", "crm", "{create: '" + "n".repeat(230) + "'}");
    }

    /** Replaces and keeps what is in those databases. */
    static Replacement keeping(String... databases) {
        return new Replacement(Set.of(databases), true);
    }

    RestoreReport restore(BsonTimestamp time, Replacement replacement) {
        return restore(time, replacement, false, RestoreProgress.silent());
    }

    /**
     * Requires that it verifies.
     *
     * @param anew what a run before has done is taken back first
     */
    RestoreReport restore(
            BsonTimestamp time, Replacement replacement, boolean anew, RestoreProgress progress) {
        RestoreReport report = Restore.run(request(time, replacement, anew), progress);
        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        return report;
    }

    /** The same, not run yet. */
    RestoreRequest request(BsonTimestamp time, Replacement replacement, boolean anew) {
        return archived.request(
                time, servers, RestoreOptions.defaults().restarting(anew), replacement);
    }

    void leadBack(RestoreReport report) {
        TypedCommands.runAll(report.rollback(), servers);
    }

    void run(String replicaSet, String database, String command) {
        TypedCommands.run(servers.of(replicaSet), database, command);
    }

    SimulatedReplicaSet configServers() {
        return servers.of(archived.workload.cluster.config().name());
    }

    List<BsonDocument> documents(String replicaSet, String namespace) {
        return documents(servers.of(replicaSet), namespace);
    }

    private static List<BsonDocument> documents(SimulatedReplicaSet set, String name) {
        Namespace namespace = Namespace.of(name);
        try (MongoClient client = MongoClients.create(set.uri())) {
            return client.getDatabase(namespace.database())
                    .getCollection(namespace.collection(), BsonDocument.class)
                    .find()
                    .into(new ArrayList<>());
        }
    }

    /** The metadata are the source's, and nothing else. */
    void requireSourcesMetadata() {
        for (String name : List.of("chunks", "collections", "databases", "tags")) {
            String namespace = "config." + name;
            assertThat(new TreeSet<>(texts(configServers(), namespace)))
                    .as(namespace)
                    .isEqualTo(
                            new TreeSet<>(
                                    archived
                                            .workload
                                            .cluster
                                            .config()
                                            .oracle()
                                            .documentsAt(namespace, archived.end())
                                            .stream()
                                            .map(d -> BsonDocument.parse(d.toJson()).toString())
                                            .toList()));
        }
    }

    private static List<String> texts(SimulatedReplicaSet set, String namespace) {
        return documents(set, namespace).stream().map(Object::toString).toList();
    }

    /** By every shard's collections, as the cluster's metadata have them. */
    void requireKnownUuids() {
        Map<String, UUID> known = clusterUuids();
        assertThat(known).containsKey("shop.orders");
        known.forEach(
                (name, uuid) ->
                        servers.all().stream()
                                .flatMap(t -> t.primary().collection(name).stream())
                                .forEach(c -> assertThat(c.uuid()).as(name).isEqualTo(uuid)));
    }

    private Map<String, UUID> clusterUuids() {
        Map<String, UUID> known = new TreeMap<>();
        documents(configServers(), "config.collections")
                .forEach(
                        c ->
                                known.put(
                                        c.getString("_id").getValue(),
                                        c.getBinary("uuid").asUuid()));
        return known;
    }

    @Override
    public void close() {
        servers.close();
    }
}
