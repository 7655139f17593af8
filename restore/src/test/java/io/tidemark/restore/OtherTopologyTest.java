package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other shard ids and hosts, and more shards: each document that names a shard is read. */
final class OtherTopologyTest {
    private static final Map<String, String> MAP =
            Map.of("shard0", "eu0", "rs1", "eu1", "shard2", "shard1");
    private static final Map<String, String> IDS =
            Map.of("shard0", "eu0", "shard1", "eu1", "shard2", "shard1");
    private static final List<String> METADATA =
            List.of("databases", "collections", "chunks", "tags", "version");

    @TempDir Path folder;
    private ClusterWorkload workload;
    private TestArchive archive;
    private ServerTargets targets;
    private SimulatedReplicaSet more;
    private BsonTimestamp end;

    @BeforeEach
    void archiveACluster() {
        workload = new ClusterWorkload(ServerVersion.V5_0, 31);
        workload.run(150);
        workload.cluster.noopEverywhere();
        archive = new TestArchive(folder);
        targets = new ServerTargets(workload);
        more = SimulatedReplicaSet.builder("new-more").version(ServerVersion.V5_0).start();
        workload.archive(archive);
        List<BsonTimestamp> times = workload.safeTimes();
        end = times.get(times.size() - 1);
    }

    @AfterEach
    void stop() {
        more.close();
        targets.close();
        archive.close();
        workload.close();
    }

    @Test
    void everyDocumentThatNamesAShardNamesTheNewOne() {
        RestoreReport report = restore(new Placement(MAP, Map.of()));

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        targets.requireSame(end);
        for (String name : METADATA) {
            assertThat(config(name)).as(name).isEqualTo(sources(name));
        }
        assertThat(config("chunks"))
                .allSatisfy(
                        chunk ->
                                assertThat(chunk.getList("history", Document.class))
                                        .first()
                                        .extracting(h -> h.getString("shard"))
                                        .isEqualTo(chunk.getString("shard")));
        assertThat(config("shards"))
                .allSatisfy(shard -> assertThat(shard.get("state")).isEqualTo(1))
                .extracting(shard -> shard.getString("_id") + " " + shard.getString("host"))
                .containsExactlyInAnyOrder(
                        "eu0 " + targets.of("rs0").connectionString(),
                        "eu1 " + targets.of("rs1").connectionString(),
                        "shard1 " + targets.of("rs2").connectionString());
        assertThat(identity(targets.of("rs0"))).isEqualTo("eu0");
        assertThat(identity(targets.of("rs1"))).isEqualTo("eu1");
        assertThat(identity(targets.of("rs2"))).isEqualTo("shard1");
    }

    @Test
    void aShardMoreIsRegisteredAndStaysEmpty() {
        RestoreReport report = restore(new Placement(MAP, Map.of("eu3", more.uri())));

        assertThat(report.verified()).isTrue();
        targets.requireSame(end);
        assertThat(config("chunks")).isEqualTo(sources("chunks"));
        assertThat(config("shards"))
                .extracting(shard -> shard.getString("_id"))
                .containsExactlyInAnyOrder("eu0", "eu1", "shard1", "eu3");
        assertThat(identity(more)).isEqualTo("eu3");
        try (MongoClient client = MongoClients.create(more.uri())) {
            assertThat(client.listDatabaseNames()).doesNotContain("shop", "tidemark_restore");
        }
    }

    /** After the first restore they are a cluster with shards, chunks and identities of its own. */
    @Test
    void whatAnEarlierRestoreLeftIsReplacedIfItsDatabasesAreNamed() {
        restore(new Placement(MAP, Map.of()));
        try (MongoClient client = MongoClients.create(targets.of("rs1").uri())) {
            client.getDatabase("shop").getCollection("orders").insertOne(new Document());
            client.getDatabase("shop").getCollection("more").insertOne(new Document());
        }
        assertThatThrownBy(() -> restore(new Placement(MAP, Map.of())))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("name the databases that may go by --replace")
                .hasMessageContaining("if this restore has ended before");

        Replacement named = new Replacement(java.util.Set.of("shop", "temp"), false);
        RestoreReport report = restore(new Placement(MAP, Map.of(), List.of(), named));

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(report.replaced()).containsKey("rs1/shop.more");
        targets.requireSame(end);
        for (String name : METADATA) {
            assertThat(config(name)).as(name).isEqualTo(sources(name));
        }
        assertThat(documents(targets.of("rs1"), "shop", "more")).isEmpty();
    }

    @Test
    void aShardMoreThatHoldsDataIsRefusedAndNothingIsWritten() {
        try (MongoClient client = MongoClients.create(more.uri())) {
            client.getDatabase("crm").getCollection("people").insertOne(new Document());
        }

        refused(
                new Placement(Map.of(), Map.of("eu3", more.uri())),
                "the added shard 'eu3': it holds data: 1 collection, such as crm.people");
    }

    @Test
    void namesThatDontFitAreRefused() {
        refused(new Placement(Map.of("shard7", "x"), Map.of()), "[shard7], but the archive's");
        refused(new Placement(Map.of("shard0", "shard1"), Map.of()), "would have the id 'shard1'");
    }

    /** Its hosts are told by other names now, but its replicaSetId is what it was. */
    @Test
    void theSourceIsKnownByItsReplicaSetId() {
        try (SimulatedReplicaSet renamed =
                SimulatedReplicaSet.builder("renamed")
                        .replicaSetId(workload.cluster.shards().get("shard1").replicaSetId())
                        .start()) {
            Map<String, String> uris = new TreeMap<>(targets.uris());
            uris.put("rs1", renamed.uri());
            assertThatThrownBy(() -> restore(uris, Placement.SAME))
                    .isInstanceOf(RestoreException.TargetRefused.class)
                    .hasMessageContaining("is that of a replica set of the source");
        }
    }

    @Test
    void aRouterIsNoTargetForAReplicaSet() {
        Map<String, String> uris = new TreeMap<>(targets.uris());
        uris.put("rs1", workload.cluster.uri());
        assertThatThrownBy(() -> restore(uris, Placement.SAME))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it is a router (mongos)");
    }

    private void refused(Placement placement, String why) {
        assertThatThrownBy(() -> restore(placement))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining(why);
        try (MongoClient client = MongoClients.create(targets.of("rs0").uri())) {
            assertThat(client.listDatabaseNames()).doesNotContain("shop", "tidemark_restore");
        }
    }

    private RestoreReport restore(Placement placement) {
        return restore(targets.uris(), placement);
    }

    private RestoreReport restore(Map<String, String> uris, Placement placement) {
        return Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        ClusterTime.of(end),
                        uris,
                        RestoreOptions.defaults(),
                        Safety.DEFAULT,
                        placement),
                RestoreProgress.silent());
    }

    private TreeSet<Document> config(String name) {
        return sorted(documents(targets.of(workload.cluster.config().name()), "config", name));
    }

    /** What the source has, as it must read under the new names. */
    private TreeSet<Document> sources(String name) {
        List<Document> all = documents(workload.cluster.config(), "config", name);
        all.forEach(
                document -> {
                    rename(document, "primary");
                    rename(document, "shard");
                    List<Document> history = document.getList("history", Document.class, List.of());
                    history.forEach(entry -> rename(entry, "shard"));
                });
        return sorted(all);
    }

    private static void rename(Document document, String field) {
        document.computeIfPresent(field, (key, id) -> IDS.getOrDefault(id, (String) id));
    }

    private static String identity(SimulatedReplicaSet target) {
        return documents(target, "admin", "system.version").stream()
                .filter(d -> d.get("_id").equals("shardIdentity"))
                .map(d -> d.getString("shardName"))
                .findFirst()
                .orElse("none");
    }

    private static List<Document> documents(SimulatedReplicaSet set, String database, String name) {
        try (MongoClient client = MongoClients.create(set.uri())) {
            return client.getDatabase(database).getCollection(name).find().into(new ArrayList<>());
        }
    }

    private static TreeSet<Document> sorted(List<Document> documents) {
        TreeSet<Document> all =
                new TreeSet<>(java.util.Comparator.comparing(d -> String.valueOf(d.get("_id"))));
        all.addAll(documents);
        return all;
    }
}
