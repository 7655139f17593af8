package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.restore.merge.Selection;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Single collections, through a router, back into the cluster that they come from and that runs.
 */
final class SelectiveRestoreTest {
    @TempDir Path folder;
    private ClusterWorkload workload;
    private TestArchive archive;
    private MongoClient client;
    private BsonTimestamp time;
    private List<BsonDocument> then;

    @BeforeEach
    void liveAndDamage() {
        workload = new ClusterWorkload(ServerVersion.V5_0, 51);
        archive = new TestArchive(folder);
        client = MongoClients.create(workload.cluster.uri());
        for (int i = 0; i < 30; i++) {
            run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: " + i + ", customer: " + 10 * i + "}]}");
        }
        run("shop", "{insert: 'plain', documents: [{_id: 1, p: 1}]}");
        run("shop", "{createIndexes: 'orders', indexes: [{key: {customer: 1, n: 1}, name: 'cn'}]}");
        run("admin", "{moveChunk: 'shop.orders', find: {customer: 250}, to: 'shard0'}");
        run("shop", "{update: 'orders', updates: [{q: {customer: 250}, u: {$set: {n: 1}}}]}");
        time = workload.cluster.noopEverywhere();
        then = documents("orders");
        run("shop", "{delete: 'orders', deletes: [{q: {customer: {$gte: 100}}, limit: 0}]}");
        workload.run(0);
        workload.archive(archive);
    }

    @AfterEach
    void stop() {
        client.close();
        archive.close();
        workload.close();
    }

    @Test
    void aCollectionComesBackBesideTheOtherAndNothingElseIsTouched() {
        Map<String, List<BsonDocument>> before = everything();

        RestoreReport report = restore("shop.orders", "shop.orders_then", Replacement.NONE);

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(documents("orders_then")).isEqualTo(then);
        assertThat(indexes("orders_then")).contains("cn");
        Map<String, List<BsonDocument>> after = everything();
        after.remove("shop.orders_then");
        assertThat(after).isEqualTo(before);
        assertThat(client.listDatabaseNames()).doesNotContain("tidemark_restore");
        assertThat(report.replaced()).isEmpty();
    }

    @Test
    void aNameThatIsTakenIsRefusedUnlessItMayBeReplaced() {
        List<BsonDocument> now = documents("orders");

        assertThatThrownBy(() -> restore("shop.orders", null, Replacement.NONE))
                .isInstanceOfSatisfying(
                        RestoreException.TargetRefused.class,
                        e -> assertThat(e.exitCode()).isEqualTo(4))
                .hasMessageContaining("it has shop.orders already: choose another name by --as");
        assertThat(documents("orders")).isEqualTo(now);

        RestoreReport report =
                restore("shop.orders", null, new Replacement(Set.of("shop.orders"), false));
        assertThat(documents("orders")).isEqualTo(then);
        assertThat(report.replaced()).containsExactly(Map.entry("shop.orders", ""));
        assertThat(client.getDatabase("shop").listCollectionNames())
                .noneMatch(name -> name.startsWith("tidemark"));
    }

    @Test
    void whatIsReplacedCanBeKeptAndTheWayBackLeadsToIt() {
        Map<String, List<BsonDocument>> before = everything();

        RestoreReport report = restore("shop.orders", null, new Replacement(Set.of("shop"), true));

        assertThat(documents("orders")).isEqualTo(then);
        assertThat(report.replaced().get("shop.orders")).startsWith("shop.tidemark_previous_");
        assertThat(report.rollback()).hasSize(1);
        for (String command : report.rollback()) {
            java.util.regex.Matcher parts =
                    java.util.regex.Pattern.compile(
                                    "db\\.getSiblingDB\\(\"(\\w+)\"\\)\\.runCommand\\((.*)\\)")
                            .matcher(command);
            assertThat(parts.matches()).as(command).isTrue();
            client.getDatabase(parts.group(1)).runCommand(BsonDocument.parse(parts.group(2)));
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void severalCollectionsAndAWholeDatabaseUnderAnotherName() {
        Placement placement =
                new Placement(
                        Map.of(),
                        Map.of(),
                        List.of(Selection.parse("shop.*", Optional.of("copy.*"))),
                        Replacement.NONE);

        RestoreReport report = restore(placement);

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(client.getDatabase("copy").listCollectionNames())
                .containsExactlyInAnyOrder("orders", "plain", "events");
        assertThat(
                        client.getDatabase("copy")
                                .getCollection("orders", BsonDocument.class)
                                .countDocuments())
                .isEqualTo(then.size());
    }

    @Test
    void whatACutOffRestoreLeftIsTakenBackOnRequestAndNothingElse() {
        Map<String, List<BsonDocument>> before = everything();
        leaveHalfARestore();
        Map<String, List<BsonDocument>> half = everything();
        Placement placement =
                new Placement(
                        Map.of(),
                        Map.of(),
                        List.of(Selection.parse("shop.orders", Optional.of("shop.orders_then"))),
                        Replacement.NONE);

        assertThatThrownBy(() -> restore(placement))
                .isInstanceOfSatisfying(
                        RestoreException.TargetRefused.class,
                        refused -> assertThat(refused.getMessage()).contains("--restart"));
        assertThat(everything()).isEqualTo(half);

        RestoreReport report = restore(placement, RestoreOptions.defaults().restarting(true));

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        assertThat(documents("orders_then")).isEqualTo(then);
        Map<String, List<BsonDocument>> after = everything();
        after.remove("shop.orders_then");
        assertThat(after).isEqualTo(before);
        assertThat(client.listDatabaseNames()).doesNotContain("tidemark_restore");
    }

    @Test
    void aReplicaSetThatIsHalfRestoredByItselfIsNoPlaceForACollection() {
        client.getDatabase("tidemark_restore")
                .getCollection("state", BsonDocument.class)
                .insertOne(BsonDocument.parse("{_id: 'restore', description: 'of rs0'}"));
        Placement placement =
                new Placement(
                        Map.of(),
                        Map.of(),
                        List.of(Selection.parse("shop.orders", Optional.of("shop.orders_then"))),
                        Replacement.NONE);

        assertThatThrownBy(() -> restore(placement, RestoreOptions.defaults().restarting(true)))
                .isInstanceOfSatisfying(
                        RestoreException.TargetRefused.class,
                        refused -> assertThat(refused.getMessage()).contains("by itself"));
    }

    /** As after a kill -9: the mark, and a collection that waits for its name. */
    private void leaveHalfARestore() {
        client.getDatabase("tidemark_restore")
                .getCollection("state", BsonDocument.class)
                .insertOne(
                        BsonDocument.parse(
                                "{_id: 'restore', description: 'of shop', staged: true}"));
        client.getDatabase("shop")
                .getCollection("tidemark_stage0_orders", BsonDocument.class)
                .insertOne(BsonDocument.parse("{_id: 'left'}"));
    }

    private RestoreReport restore(String from, String as, Replacement replacement) {
        Selection selection = Selection.parse(from, Optional.ofNullable(as));
        return restore(new Placement(Map.of(), Map.of(), List.of(selection), replacement));
    }

    private RestoreReport restore(Placement placement) {
        return restore(placement, RestoreOptions.defaults());
    }

    private RestoreReport restore(Placement placement, RestoreOptions options) {
        return Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        ClusterTime.of(time),
                        Map.of(RestoreRequest.MERGED, workload.cluster.uri()),
                        options,
                        Safety.DEFAULT,
                        placement),
                RestoreProgress.silent());
    }

    private Map<String, List<BsonDocument>> everything() {
        Map<String, List<BsonDocument>> all = new TreeMap<>();
        for (String name : client.getDatabase("shop").listCollectionNames()) {
            all.put("shop." + name, documents(name));
        }
        return all;
    }

    private List<BsonDocument> documents(String name) {
        List<BsonDocument> all = new ArrayList<>();
        client.getDatabase("shop")
                .getCollection(name, RawBsonDocument.class)
                .find()
                .forEach(document -> all.add(BsonDocument.parse(document.toJson())));
        all.sort(java.util.Comparator.comparing(BsonDocument::toJson));
        return all;
    }

    private List<String> indexes(String name) {
        List<String> names = new ArrayList<>();
        client.getDatabase("shop")
                .getCollection(name)
                .listIndexes()
                .forEach(index -> names.add(index.getString("name")));
        return names;
    }

    private void run(String database, String command) {
        BsonDocument reply = workload.cluster.router().run(database, BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as("%s", reply).isEqualTo(1);
    }
}
