package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.restore.merge.Selection;
import io.tidemark.restore.merge.StagedShard;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.frames.FrameKeys;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final Placement ORDERS_THEN =
            new Placement(
                    Map.of(),
                    Map.of(),
                    List.of(Selection.parse("shop.orders", Optional.of("shop.orders_then"))),
                    Replacement.NONE);

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
                .hasMessageContaining("it has shop.orders already: choose another name by --as")
                .hasMessageContaining("if this restore has ended before, that is what it put");
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
    void killedAnywhereAndRunAgainItGoesOnAndTouchesNothingElse() {
        Map<String, List<BsonDocument>> before = everything();
        int calls = kill(ORDERS_THEN, Integer.MAX_VALUE);
        drop("orders_then");
        Random random = new Random(51);
        int killed = 0;
        while (kill(ORDERS_THEN, 1 + random.nextInt(calls)) > 0) {
            killed++;
            Map<String, List<BsonDocument>> half = everything();
            half.keySet().removeIf(name -> StagedShard.isStaged(Namespace.of(name)));
            half.remove("shop.orders_then");
            assertThat(half).isEqualTo(before);
        }

        assertThat(killed).isPositive();
        assertThat(documents("orders_then")).isEqualTo(then);
        assertThat(indexes("orders_then")).contains("cn");
        Map<String, List<BsonDocument>> after = everything();
        after.remove("shop.orders_then");
        assertThat(after).isEqualTo(before);
        assertThat(client.listDatabaseNames()).doesNotContain("tidemark_restore");
    }

    @Test
    void whatACutOffRestoreLeftIsTakenBackOnRequestAndNothingElse() {
        Map<String, List<BsonDocument>> before = everything();
        int calls = kill(ORDERS_THEN, Integer.MAX_VALUE);
        drop("orders_then");
        assertThat(kill(ORDERS_THEN, calls * 2 / 3)).isPositive();
        Map<String, List<BsonDocument>> half = everything();
        assertThat(half).isNotEqualTo(before);
        Placement placement =
                new Placement(
                        Map.of(),
                        Map.of(),
                        List.of(
                                Selection.parse("shop.orders", Optional.of("shop.orders_then")),
                                Selection.parse("shop.plain", Optional.of("shop.plain_then"))),
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
        after.remove("shop.plain_then");
        assertThat(after).isEqualTo(before);
        assertThat(client.listDatabaseNames()).doesNotContain("tidemark_restore");
    }

    @Test
    void aNameThatIsTakenWhileTheRestoreIsUnderWayIsNotTakenAway() {
        int calls = kill(ORDERS_THEN, Integer.MAX_VALUE);
        drop("orders_then");
        assertThat(kill(ORDERS_THEN, calls / 2)).isPositive();
        client.getDatabase("shop")
                .getCollection("orders_then", BsonDocument.class)
                .insertOne(BsonDocument.parse("{_id: 'mine'}"));

        assertThatThrownBy(() -> restore(ORDERS_THEN))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it has shop.orders_then already");
        assertThat(documents("orders_then")).hasSize(1);
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

    /**
     * A restore whose process is killed at one of its calls.
     *
     * @return how many calls it made; 0 if it came to its end before, unless it was to live
     */
    private int kill(Placement placement, int last) {
        AtomicInteger calls = new AtomicInteger();
        try {
            Restore.run(
                    request(placement, RestoreOptions.defaults()),
                    RestoreProgress.silent(),
                    (uri, options) -> mortal(new MongoTarget(uri, options), calls, last));
            return last == Integer.MAX_VALUE ? calls.get() : 0;
        } catch (DyingTarget.Killed dead) {
            return calls.get();
        }
    }

    private static RestoreTarget mortal(RestoreTarget server, AtomicInteger calls, int last) {
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        RestoreTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> {
                            boolean quiet =
                                    method.getName().equals("close")
                                            || method.getDeclaringClass().equals(Object.class);
                            int call = quiet ? 0 : calls.incrementAndGet();
                            if (call > last || call == last && last % 2 == 0) {
                                throw new DyingTarget.Killed(call);
                            }
                            try {
                                Object done = method.invoke(server, arguments);
                                if (call == last) {
                                    throw new DyingTarget.Killed(call);
                                }
                                return done;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private void drop(String name) {
        client.getDatabase("shop").getCollection(name).drop();
    }

    private RestoreReport restore(String from, String as, Replacement replacement) {
        Selection selection = Selection.parse(from, Optional.ofNullable(as));
        return restore(new Placement(Map.of(), Map.of(), List.of(selection), replacement));
    }

    private RestoreReport restore(Placement placement) {
        return restore(placement, RestoreOptions.defaults());
    }

    private RestoreReport restore(Placement placement, RestoreOptions options) {
        return Restore.run(request(placement, options), RestoreProgress.silent());
    }

    private RestoreRequest request(Placement placement, RestoreOptions options) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                ClusterTime.of(time),
                Map.of(RestoreRequest.MERGED, workload.cluster.uri()),
                options,
                Safety.DEFAULT,
                placement);
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
