package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.previous.PreviousNames;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restore one to one replaces is kept, and the commands of its report lead back to it. */
final class KeptPreviousTest {
    private static final Set<String> METADATA =
            Set.of("chunks", "collections", "databases", "settings", "shards", "tags", "version");

    @TempDir static Path folder;
    private static ClusterWorkload workload;
    private static TestArchive archive;
    private static BsonTimestamp then;
    private static BsonTimestamp end;
    private ServerTargets targets;

    @BeforeAll
    static void archiveACluster() {
        workload = new ClusterWorkload(ServerVersion.V5_0, 31);
        workload.run(60);
        archive = new TestArchive(folder);
        workload.archive(archive);
        List<BsonTimestamp> times = workload.safeTimes();
        then = times.get(times.size() * 3 / 4);
        end = times.get(times.size() - 1);
    }

    @BeforeEach
    void startTargets() {
        targets = new ServerTargets(workload);
    }

    @AfterEach
    void stopTargets() {
        targets.close();
    }

    @AfterAll
    static void stop() {
        archive.close();
        workload.close();
    }

    /** Of other UUIDs than the source's: all of it can be renamed. */
    @Test
    void whatWasThereIsRenamedAsideAndTheWayBackLeadsToIt() {
        fill();
        Map<String, Object> before = state(true);

        RestoreReport report = restore(end, keeping("shop", "crm"));

        targets.requireSame(end);
        assertThat(report.replaced().get("rs0/shop.orders")).startsWith("shop.tidemark_previous_");
        assertThat(report.replaced().get("rs0/crm.recent")).isEmpty();
        assertThat(report.replaced()).hasSize(6);
        leadBack(report);
        requireSame(state(true), before);
    }

    /** Of the source's UUIDs, and of a cluster whose metadata the restore replaces. */
    @Test
    void aClusterThatWasRestoredBeforeIsCopiedAsideWithItsMetadata() {
        restore(then, Replacement.NONE);
        Map<String, Object> before = state(false);

        RestoreReport report = restore(end, keeping("shop", "temp"));

        targets.requireSame(end);
        assertThat(report.warnings()).anyMatch(w -> w.contains("The way back replaces"));
        leadBack(report);
        requireSame(state(false), before);
        requireKnownUuids();
        // Whatever was made on the way has gone again, and nothing is in a later one's way.
        restore(then, new Replacement(Set.of("shop", "temp"), false));
        targets.requireSame(then);
    }

    @Test
    void whatAnEarlierRestoreKeptStaysWhereNothingMeetsIt() {
        fill();
        Map<String, String> kept = restore(then, keeping("shop", "crm")).replaced();
        String place = kept.get("rs0/shop.orders");
        List<BsonDocument> documents = documents(targets.of("rs0"), place);

        restore(end, new Replacement(Set.of("shop", "temp"), false));

        targets.requireSame(end);
        assertThat(documents(targets.of("rs0"), place)).isNotEmpty().isEqualTo(documents);
    }

    /** A server would take what has the UUID instead of creating a collection. */
    @Test
    void whatWasKeptWithAUuidThatTheRestoreNeedsIsInItsWay() {
        restore(then, Replacement.NONE);
        String place = "shop.tidemark_previous_1_orders";
        run("rs1", "admin", "{renameCollection: 'shop.orders', to: '" + place + "'}");
        run("rs1", "shop", "{insert: 'tidemark_previous_1_orders', documents: [{_id: 1}]}");
        List<BsonDocument> documents = documents(targets.of("rs1"), place);
        Set<String> others = Set.of("shop.events", "shop.plain", "temp");
        assertThatThrownBy(() -> restore(end, new Replacement(others, false)))
                .hasMessageContaining("it holds data")
                .hasMessageContaining(place);

        RestoreReport report = restore(end, keeping("shop", "temp"));

        targets.requireSame(end);
        String copy = report.replaced().get("rs1/" + place);
        assertThat(documents(targets.of("rs1"), copy)).isNotEmpty().isEqualTo(documents);
    }

    /** A run that goes on knows the cluster that was there by its mark alone. */
    @Test
    void theMetadataOfTheClusterBeforeGoEvenIfTheRestoreWasCutOff() {
        restore(then, Replacement.NONE);
        Document stale = new Document("_id", "stale").append("ns", "shop.none");
        try (MongoClient client = MongoClients.create(configServers().uri())) {
            client.getDatabase("config").getCollection("chunks").insertOne(stale);
        }
        Replacement named = new Replacement(Set.of("shop", "temp"), false);
        for (RestoreProgress.Phase phase :
                List.of(RestoreProgress.Phase.REPLAY, RestoreProgress.Phase.VERIFY)) {
            assertThatThrownBy(() -> restore(end, named, false, cutOffAt(phase)))
                    .hasMessage("cut off");
        }

        restore(end, named);

        targets.requireSame(end);
        requireSourcesMetadata();
    }

    /** The shards are kept as the config servers' mark has it, whichever run decides of them. */
    @Test
    void cutOffBetweenTwoMarksTheWayBackFitsTogetherNevertheless() {
        restore(then, Replacement.NONE);
        Map<String, Object> before = state(false);
        RestoreTarget.Connector dying =
                (uri, options) ->
                        uri.equals(configServers().uri())
                                ? new MongoTarget(uri, options)
                                : diesBeforeItsMark(new MongoTarget(uri, options));
        assertThatThrownBy(
                        () ->
                                Restore.run(
                                        request(end, keeping("shop", "temp"), false),
                                        silent(),
                                        dying))
                .hasMessage("cut off");

        RestoreReport report = restore(end, keeping("shop", "temp"));

        targets.requireSame(end);
        leadBack(report);
        requireSame(state(false), before);
        requireKnownUuids();
    }

    private static RestoreTarget diesBeforeItsMark(RestoreTarget target) {
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        RestoreTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("mark")) {
                                throw new IllegalStateException("cut off");
                            }
                            try {
                                return method.invoke(target, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    /** By every shard's collections, as the cluster's metadata have them. */
    private void requireKnownUuids() {
        Map<String, UUID> known = clusterUuids();
        assertThat(known).containsKey("shop.orders");
        known.forEach(
                (name, uuid) ->
                        targets.all().stream()
                                .flatMap(t -> t.primary().collection(name).stream())
                                .forEach(c -> assertThat(c.uuid()).as(name).isEqualTo(uuid)));
    }

    @Test
    void cutOffAndTakenBackItIsWhatItWasAndIsKeptAnew() {
        fill();
        restore(then, keeping("shop", "crm"));
        Map<String, Object> before = state(false);
        for (RestoreProgress.Phase phase :
                List.of(RestoreProgress.Phase.BASE, RestoreProgress.Phase.VERIFY)) {
            assertThatThrownBy(() -> restore(end, keeping("shop", "temp"), false, cutOffAt(phase)))
                    .hasMessage("cut off");

            RestoreReport report = restore(end, keeping("shop", "temp"), true, silent());

            targets.requireSame(end);
            requireSourcesMetadata();
            leadBack(report);
            requireSame(state(false), before);
        }
    }

    @Test
    void aTimeSeriesCollectionIsRefusedBeforeAnythingIsWritten() {
        run("rs0", "crm", "{create: 'load', timeseries: {timeField: 't'}}");
        Map<String, Object> before = state(true);

        assertThatThrownBy(() -> restore(end, keeping("crm")))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it can't keep crm.load: servers rename no time-series")
                .hasMessageContaining("Nothing was written");

        requireSame(state(true), before);
    }

    /** All kinds of collections. */
    private void fill() {
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

    private SimulatedReplicaSet configServers() {
        return targets.of(workload.cluster.config().name());
    }

    private void requireSourcesMetadata() {
        for (String name : List.of("chunks", "collections", "databases", "tags")) {
            String namespace = "config." + name;
            assertThat(new TreeSet<>(texts(configServers(), namespace)))
                    .as(namespace)
                    .isEqualTo(
                            new TreeSet<>(
                                    workload
                                            .cluster
                                            .config()
                                            .oracle()
                                            .documentsAt(namespace, end)
                                            .stream()
                                            .map(d -> BsonDocument.parse(d.toJson()).toString())
                                            .toList()));
        }
    }

    private static List<String> texts(SimulatedReplicaSet set, String namespace) {
        return documents(set, namespace).stream().map(Object::toString).toList();
    }

    private static Replacement keeping(String... databases) {
        return new Replacement(Set.of(databases), true);
    }

    private RestoreReport restore(BsonTimestamp time, Replacement replacement) {
        return restore(time, replacement, false, silent());
    }

    private RestoreReport restore(
            BsonTimestamp time, Replacement replacement, boolean anew, RestoreProgress progress) {
        RestoreReport report = Restore.run(request(time, replacement, anew), progress);
        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        return report;
    }

    private RestoreRequest request(BsonTimestamp time, Replacement replacement, boolean anew) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                ClusterTime.of(time),
                targets.uris(),
                RestoreOptions.defaults().restarting(anew),
                Safety.DEFAULT,
                new Placement(Map.of(), Map.of(), List.of(), replacement));
    }

    private static RestoreProgress silent() {
        return RestoreProgress.silent();
    }

    private static RestoreProgress cutOffAt(RestoreProgress.Phase end) {
        return new RestoreProgress() {
            @Override
            public void phase(Phase phase) {
                if (phase == end) {
                    throw new IllegalStateException("cut off");
                }
            }
        };
    }

    private void leadBack(RestoreReport report) {
        TypedCommands.runAll(report.rollback(), targets);
    }

    private void run(String replicaSet, String database, String command) {
        TypedCommands.run(targets.of(replicaSet), database, command);
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

    /**
     * Everything in the targets that a restore may change.
     *
     * @param uuids with UUIDs; else those of collections in the cluster's metadata stand for all
     */
    private Map<String, Object> state(boolean uuids) {
        Map<String, Object> state = new TreeMap<>();
        workload.cluster
                .replicaSets()
                .keySet()
                .forEach(
                        name -> {
                            try (MongoClient client = MongoClients.create(targets.of(name).uri())) {
                                for (String database : client.listDatabaseNames()) {
                                    add(state, name, client.getDatabase(database), uuids);
                                }
                            }
                        });
        return state;
    }

    private static void add(
            Map<String, Object> state, String set, MongoDatabase database, boolean uuids) {
        boolean config = database.getName().equals("config");
        for (BsonDocument listed : database.listCollections(BsonDocument.class)) {
            String name = listed.getString("name").getValue();
            boolean own =
                    database.getName().equals("local")
                            || config && !METADATA.contains(name) && !isKept(database, name);
            if (own) {
                continue;
            }
            List<BsonDocument> documents = new ArrayList<>();
            List<BsonDocument> indexes = new ArrayList<>();
            if (!listed.getString("type").getValue().equals("view")) {
                database.getCollection(name, BsonDocument.class).find().into(documents);
                database.getCollection(name).listIndexes(BsonDocument.class).into(indexes);
            }
            boolean empty = documents.isEmpty() && name.equals("system.version");
            if (!uuids) {
                documents.forEach(d -> d.remove("uuid"));
            }
            if (!empty) {
                BsonValue uuid = listed.getDocument("info").get("uuid");
                state.put(
                        set + "/" + database.getName() + "." + name,
                        List.of(
                                listed.get("options"),
                                uuids && uuid != null && !name.equals("system.views") ? uuid : "",
                                new TreeSet<>(indexes.stream().map(Object::toString).toList()),
                                ordered(listed, documents)));
            }
        }
    }

    private static void requireSame(Map<String, Object> found, Map<String, Object> wanted) {
        Map<String, Object> more = new TreeMap<>(found);
        more.entrySet().removeAll(wanted.entrySet());
        Map<String, Object> less = new TreeMap<>(wanted);
        less.entrySet().removeAll(found.entrySet());
        assertThat(more).isEqualTo(less);
    }

    private static boolean isKept(MongoDatabase database, String name) {
        return PreviousNames.isKept(new Namespace(database.getName(), name));
    }

    /** The order is part of what a capped collection holds. */
    private static List<String> ordered(BsonDocument listed, List<BsonDocument> documents) {
        List<String> texts = documents.stream().map(Object::toString).toList();
        return listed.getDocument("options").containsKey("capped")
                ? texts
                : texts.stream().sorted().toList();
    }
}
