package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of collection comes back as it was: options, indexes, documents, order. */
final class KindsOfCollectionsTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"V5_0, rs0", "V8_0, rs0", "V8_0, merged"})
    void comeBackAsTheyWere(ServerVersion version, String place) {
        try (SimulatedReplicaSet source = set("source", version);
                SimulatedReplicaSet target = set("target", version);
                TestArchive archive = new TestArchive(folder)) {
            try (MongoClient client = MongoClients.create(source.uri())) {
                write(client.getDatabase("kinds"));
            }
            List<OplogEntry> oplog =
                    source.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
            archive.slices("rs0", ReplicaSetRole.shard("rs0"), ClusterTime.ZERO, oplog);

            RestoreReport report =
                    Restore.run(
                            new RestoreRequest(
                                    archive.store(),
                                    TestArchive.CLUSTER,
                                    oplog.get(oplog.size() - 1).clusterTime(),
                                    Map.of(place, target.uri())),
                            RestoreProgress.silent());

            assertThat(report.problems()).isEmpty();
            assertThat(describe(target)).isEqualTo(describe(source));
        }
    }

    private static void write(MongoDatabase database) {
        List<String> commands =
                List.of(
                        "{create: 'capped', capped: true, size: 4096, max: 5}",
                        "{create: 'checked', validator: {n: {$gte: 0}}, validationLevel:"
                                + " 'moderate'}",
                        "{create: 'german', collation: {locale: 'de', strength: 2}}",
                        "{create: 'swapped'}",
                        "{createIndexes: 'swapped', indexes: [{key: {u: 1}, name: 'u', unique:"
                                + " true}]}",
                        "{create: 'expiring'}",
                        "{createIndexes: 'expiring', indexes: [{key: {at: 1}, name: 'ttl',"
                                + " expireAfterSeconds: 3600}, {key: {a: 1, b: -1}, name: 'p',"
                                + " partialFilterExpression: {a: {$gt: 1}}}]}",
                        "{create: 'seen', viewOn: 'checked', pipeline: [{$match: {n: 1}}]}",
                        "{insert: 'german', documents: [{_id: 'a', x: 1}]}",
                        "{delete: 'german', deletes: [{q: {_id: 'a'}, limit: 1}]}",
                        "{insert: 'german', documents: [{_id: 'A', x: 2}, {_id: 'b'}]}",
                        "{update: 'german', updates: [{q: {_id: 'A'}, u: {$set: {y: 3}}}]}",
                        "{insert: 'swapped', documents: [{_id: 1, u: 1}, {_id: 2, u: 2}]}",
                        "{delete: 'swapped', deletes: [{q: {_id: 1}, limit: 1}]}",
                        "{update: 'swapped', updates: [{q: {_id: 2}, u: {$set: {u: 1}}}]}",
                        "{insert: 'swapped', documents: [{_id: 1, u: 2}]}",
                        "{insert: 'expiring', documents: [{_id: 1, at: {$date:"
                                + " '2001-01-01T00:00:00Z'}, a: 5}]}",
                        "{insert: 'checked', documents: [{_id: 1, n: 1}, {_id: 2, n: 2}]}",
                        "{collMod: 'checked', validator: {n: {$gte: 1}}, validationAction:"
                                + " 'warn'}",
                        "{create: 'gone'}",
                        "{insert: 'gone', documents: [{_id: 1}]}",
                        "{drop: 'gone'}");
        commands.forEach(command -> database.runCommand(Document.parse(command)));
        for (int i = 0; i < 9; i++) {
            database.getCollection("capped").insertOne(new Document("_id", 9 - i));
        }
    }

    private static SimulatedReplicaSet set(String name, ServerVersion version) {
        return SimulatedReplicaSet.builder(name).version(version).manualTicks().start();
    }

    /** Options, indexes and documents in natural order, by collection. */
    private static Map<String, String> describe(SimulatedReplicaSet set) {
        Map<String, String> found = new TreeMap<>();
        try (MongoClient client = MongoClients.create(set.uri())) {
            MongoDatabase database = client.getDatabase("kinds");
            for (Document collection : database.listCollections()) {
                String name = collection.getString("name");
                boolean plain = collection.getString("type").equals("collection");
                List<Document> indexes =
                        plain
                                ? database.getCollection(name).listIndexes().into(new ArrayList<>())
                                : new ArrayList<>();
                List<Document> documents =
                        database.getCollection(name).find().into(new ArrayList<>());
                // What expires documents is built last.
                indexes.sort(Comparator.comparing(index -> index.getString("name")));
                found.put(name, collection.get("options") + "\n" + indexes + "\n" + documents);
            }
        }
        return found;
    }
}
