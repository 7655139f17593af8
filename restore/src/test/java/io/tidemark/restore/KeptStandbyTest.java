package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a standby's targets held before it is kept, and whoever promotes it is told the way back.
 */
final class KeptStandbyTest {
    private static final Set<String> SERVERS = Set.of("config", "local");
    @TempDir Path folder;
    private FollowedCluster followed;

    @BeforeEach
    void targetsHoldAShop() {
        followed = new FollowedCluster(folder, 8, new Replacement(Set.of("shop", "crm"), true));
        SimulatedReplicaSet target = followed.targets().of("rs0");
        run(target, "shop", "{create: 'orders', validator: {n: {$gte: 0}}}");
        run(target, "shop", "{insert: 'orders', documents: [{_id: 1, n: 1}, {_id: 2, n: 2.0}]}");
        run(
                target,
                "shop",
                "{createIndexes: 'orders', indexes: [{key: {n: 1}, name: 'n', unique: true}]}");
        run(target, "crm", "{create: 'log', capped: true, size: 4096}");
        run(target, "crm", "{insert: 'log', documents: [{_id: 3}, {_id: 1}, {_id: 2}]}");
        run(target, "crm", "{create: 'recent', viewOn: 'log', pipeline: [{$match: {_id: 2.0}}]}");
        run(
                target,
                "admin",
                "{insert: 'system.users', documents: [{_id: 'admin.ops', user: 'ops', db:"
                        + " 'admin', roles: [], credentials: {}}]}");
    }

    @AfterEach
    void close() {
        followed.close();
    }

    @Test
    void thePromotionTellsTheWayBackToWhatWasThereBeforeTheFirstRound() {
        Map<String, List<Object>> before = contents();
        followed.live(20);
        followed.follow();
        followed.live(20);
        // Another process goes on: by now the targets hold a shop of the source's.
        followed.follow();
        followed.live(10);
        BsonTimestamp time = followed.latest();

        RestoreReport report = followed.promote(time);

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        followed.targets().requireSame(time);
        TypedCommands.runAll(report.rollback(), followed.targets());
        assertThat(contents()).isEqualTo(before);
    }

    private static void run(SimulatedReplicaSet set, String database, String command) {
        TypedCommands.run(set, database, command);
    }

    /** Of users: collections with options, indexes and documents, accounts among them. */
    private Map<String, List<Object>> contents() {
        Map<String, List<Object>> contents = new TreeMap<>();
        for (String name : followed.source.cluster.replicaSets().keySet()) {
            try (MongoClient client = MongoClients.create(followed.targets().of(name).uri())) {
                for (String database : client.listDatabaseNames()) {
                    if (!SERVERS.contains(database)) {
                        add(contents, name, client.getDatabase(database));
                    }
                }
            }
        }
        return contents;
    }

    private static void add(
            Map<String, List<Object>> contents, String set, MongoDatabase database) {
        for (BsonDocument listed : database.listCollections(BsonDocument.class)) {
            String name = listed.getString("name").getValue();
            List<BsonDocument> documents = new ArrayList<>();
            List<BsonDocument> indexes = new ArrayList<>();
            if (!listed.getString("type").getValue().equals("view")) {
                database.getCollection(name, BsonDocument.class).find().into(documents);
                database.getCollection(name).listIndexes(BsonDocument.class).into(indexes);
            }
            // What a server makes by itself, or the restore needs as a member of a cluster.
            boolean none = documents.isEmpty() && name.startsWith("system.");
            if (!none) {
                contents.put(
                        set + "/" + database.getName() + "." + name,
                        List.of(listed.getDocument("options"), indexes, documents));
            }
        }
    }
}
