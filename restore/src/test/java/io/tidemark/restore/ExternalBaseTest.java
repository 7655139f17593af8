package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Targets that hold the cluster's state of an earlier moment, and an archive that begins shortly
 * before it and has no base.
 */
final class ExternalBaseTest {
    @TempDir Path folder;
    private ClusterWorkload workload;
    private TestArchive archive;
    private ServerTargets targets;
    private ClusterTime begin;
    private ClusterTime snapshot;
    private BsonTimestamp end;

    @BeforeEach
    void aClusterLivesOnAfterASnapshot() {
        long seed = Long.getLong("tidemark.seed", 47);
        System.out.println("ExternalBaseTest: seed " + seed);
        workload = new ClusterWorkload(ServerVersion.V5_0, seed);
        workload.run(100);
        begin = ClusterTime.of(workload.cluster.noopEverywhere());
        workload.run(60);
        snapshot = ClusterTime.of(workload.cluster.noopEverywhere());
        snapshot = ClusterTime.min(snapshot, earliestEnd());
        workload.run(120);
        workload.cluster.noopEverywhere();
        end = earliestEnd().toBson();
        targets = new ServerTargets(workload);
        try (TestArchive whole = archive("whole", ClusterTime.ZERO)) {
            RestoreReport first =
                    Restore.run(request(whole, snapshot, targets.uris()), RestoreProgress.silent());
            assertThat(first.verified()).as("%s", first.problems()).isTrue();
        }
        keepTheSourcesShards();
        archive = archive("archive", begin);
    }

    /** A restore gives them the targets' hosts; on a volume they are the source's. */
    private void keepTheSourcesShards() {
        String config = workload.cluster.config().name();
        List<Document> shards = new ArrayList<>();
        try (MongoClient client = MongoClients.create(workload.cluster.config().uri())) {
            client.getDatabase("config").getCollection("shards").find().into(shards);
        }
        try (MongoClient client = MongoClients.create(targets.of(config).uri())) {
            MongoCollection<Document> held = client.getDatabase("config").getCollection("shards");
            held.deleteMany(new Document());
            held.insertMany(shards);
        }
    }

    @AfterEach
    void stop() {
        targets.close();
        archive.close();
        workload.close();
    }

    @Test
    void replayGoesOnFromTheTimeThatWasSaid() {
        RestoreReport report = restore(said(snapshot), end());

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        targets.requireSame(end);
        assertThat(report.warnings().toString())
                .contains("The target of rs0 held")
                .contains("were taken for its state at " + snapshot);
        assertThat(report.replicaSets().get("rs0").baseDocuments()).isPositive();
        assertThat(indexes(targets.of("rs0"))).isNotEmpty();
        String config = workload.cluster.config().name();
        for (String name : List.of("chunks", "databases", "tags")) {
            assertThat(config(targets.of(config), name))
                    .as(name)
                    .containsExactlyInAnyOrderElementsOf(config(workload.cluster.config(), name));
        }
    }

    @Test
    void replayGoesOnFromTheNewestEntryOfTheTargetsOwnOplogThatIsTheSources() {
        RestoreReport report =
                Restore.run(
                        request(archive, end(), targets.uris()).over(ExternalBase.TOLD_BY_OPLOGS),
                        RestoreProgress.silent(),
                        (uri, options) -> volume(uri, options, List.of()));

        assertThat(report.verified()).as("%s", report.problems()).isTrue();
        targets.requireSame(end);
    }

    /** The targets' real oplogs here are not the source's, as after mongorestore. */
    @Test
    void aTargetWhoseOplogIsItsOwnMustBeToldItsTime() {
        refused(ExternalBase.TOLD_BY_OPLOGS, end(), "can't be known", "--base-time");
    }

    @Test
    void aTargetThatWasWrittenToSinceIsRefused() {
        RawDocument write =
                BsonFiles.raw(
                        workload.cluster.replicaSets().get("rs1").oplog().stream()
                                .filter(e -> e.getString("op").getValue().equals("i"))
                                .reduce((a, b) -> b)
                                .orElseThrow());
        byte[] other = write.toBytes();
        // Another time than any in the archive.
        int ts = indexOf(other, new byte[] {0x11, 't', 's', 0});
        other[ts + 8] += 100;

        assertThatThrownBy(
                        () ->
                                Restore.run(
                                        request(archive, end(), targets.uris())
                                                .over(ExternalBase.TOLD_BY_OPLOGS),
                                        RestoreProgress.silent(),
                                        (uri, options) ->
                                                volume(
                                                        uri,
                                                        options,
                                                        List.of(RawDocument.of(other)))))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it was written to since");
        requireUntouched();
    }

    @Test
    void timesThatTheArchiveDoesNotGoOnFromAreRefused() {
        ClusterTime before = new ClusterTime(begin.seconds() - 1000, 1);
        refused(said(before), end(), "it begins with", "Restore a base of a time");
        refused(said(new ClusterTime(end.getTime() + 1000L, 1)), end(), "it ends with");
        refused(
                new ExternalBase(Map.of(ExternalBase.ALL, snapshot), Optional.of(end())),
                snapshot,
                "no base that is usable at");
        requireUntouched();
    }

    @Test
    void collectionsWithOtherUuidsAreRefusedBeforeAnythingIsWritten() {
        try (MongoClient client = MongoClients.create(targets.of("rs0").uri())) {
            List<Document> kept =
                    client.getDatabase("shop")
                            .getCollection("orders")
                            .find()
                            .into(new ArrayList<>());
            client.getDatabase("shop").getCollection("orders").drop();
            client.getDatabase("shop").createCollection("orders");
            if (!kept.isEmpty()) {
                client.getDatabase("shop").getCollection("orders").insertMany(kept);
            }
        }

        refused(said(snapshot), end(), "writes to shop.orders", "--preserveUUID");
        requireUntouched();
    }

    @Test
    void anEmptyTargetHoldsNoBase() {
        try (SimulatedReplicaSet empty =
                SimulatedReplicaSet.builder("empty").version(ServerVersion.V5_0).start()) {
            Map<String, String> uris = new java.util.TreeMap<>(targets.uris());
            uris.put("rs1", empty.uri());
            assertThatThrownBy(
                            () ->
                                    Restore.run(
                                            request(archive, end(), uris).over(said(snapshot)),
                                            RestoreProgress.silent()))
                    .isInstanceOf(RestoreException.TargetRefused.class)
                    .hasMessageContaining("it holds no data, and so no base");
        }
    }

    private void refused(ExternalBase base, ClusterTime to, String... words) {
        assertThatThrownBy(() -> restore(base, to))
                .isInstanceOf(RestoreException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private void requireUntouched() {
        targets.all()
                .forEach(
                        target -> {
                            try (MongoClient client = MongoClients.create(target.uri())) {
                                assertThat(client.listDatabaseNames())
                                        .doesNotContain("tidemark_restore");
                            }
                        });
    }

    private RestoreReport restore(ExternalBase base, ClusterTime to) {
        return Restore.run(
                request(archive, to, targets.uris()).over(base), RestoreProgress.silent());
    }

    private static RestoreRequest request(
            TestArchive from, ClusterTime to, Map<String, String> uris) {
        return new RestoreRequest(from.store(), TestArchive.CLUSTER, to, uris);
    }

    private static ExternalBase said(ClusterTime time) {
        return new ExternalBase(Map.of(ExternalBase.ALL, time), Optional.empty());
    }

    private ClusterTime end() {
        return ClusterTime.of(end);
    }

    /** The last entry of the replica set that wrote its last one first. */
    private ClusterTime earliestEnd() {
        return workload.cluster.replicaSets().values().stream()
                .map(
                        set ->
                                ClusterTime.of(
                                        set.oplog().get(set.oplog().size() - 1).getTimestamp("ts")))
                .min(java.util.Comparator.naturalOrder())
                .orElseThrow();
    }

    private TestArchive archive(String name, ClusterTime after) {
        TestArchive made = new TestArchive(folder.resolve(name));
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            made.slices(
                    new Incarnation(set.replicaSetId().toHexString()),
                    set.name(),
                    role(set),
                    after,
                    set.oplog().stream()
                            .map(e -> OplogEntry.of(BsonFiles.raw(e)))
                            .filter(e -> e.clusterTime().isAfter(after))
                            .toList());
        }
        return made;
    }

    private ReplicaSetRole role(SimulatedReplicaSet set) {
        return workload.cluster.shards().entrySet().stream()
                .filter(shard -> shard.getValue() == set)
                .map(shard -> ReplicaSetRole.shard(shard.getKey()))
                .findFirst()
                .orElse(ReplicaSetRole.CONFIG_SERVER);
    }

    /** A server that started on a snapshot of the source's volume, and wrote {@code since}. */
    private RestoreTarget volume(String uri, RestoreOptions options, List<RawDocument> since) {
        RestoreTarget server = new MongoTarget(uri, options);
        String set =
                targets.uris().entrySet().stream()
                        .filter(each -> each.getValue().equals(uri))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElseThrow();
        List<RawDocument> oplog = new ArrayList<>();
        workload.cluster.replicaSets().get(set).oplog().stream()
                .map(BsonFiles::raw)
                .filter(e -> !OplogEntry.of(e).clusterTime().isAfter(snapshot))
                .forEach(oplog::add);
        oplog.addAll(since);
        Collections.reverse(oplog);
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        RestoreTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("ownOplog")) {
                                @SuppressWarnings("unchecked")
                                Predicate<RawDocument> reader =
                                        (Predicate<RawDocument>) arguments[0];
                                oplog.stream().takeWhile(reader::test).forEach(e -> {});
                                return null;
                            }
                            try {
                                return method.invoke(server, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static List<Document> config(SimulatedReplicaSet set, String name) {
        try (MongoClient client = MongoClients.create(set.uri())) {
            return client.getDatabase("config").getCollection(name).find().into(new ArrayList<>());
        }
    }

    private static List<String> indexes(SimulatedReplicaSet set) {
        try (MongoClient client = MongoClients.create(set.uri())) {
            List<String> names = new ArrayList<>();
            client.getDatabase("shop")
                    .getCollection("orders")
                    .listIndexes()
                    .forEach(index -> names.add(index.getString("name")));
            return names;
        }
    }

    private static int indexOf(byte[] in, byte[] what) {
        for (int at = 0; at <= in.length - what.length; at++) {
            if (java.util.Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }
}
