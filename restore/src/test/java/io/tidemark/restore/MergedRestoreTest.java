package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.restore.merge.Selection;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A cluster with migrations, orphans, transactions and DDL, restored into one target: what a client
 * of the cluster would have read at that time, from the oracle, and nothing else.
 */
final class MergedRestoreTest {
    private static final int STEPS = 300;
    private static final int TIMES = 8;
    @TempDir Path folder;

    @ParameterizedTest(name = "server {0}, seed {1}")
    @CsvSource({"V4_4, 41", "V5_0, 42", "V8_0, 43"})
    void oneTargetHoldsWhatClientsOfTheClusterRead(ServerVersion version, long seed) {
        try (ClusterWorkload workload = new ClusterWorkload(version, seed);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(STEPS);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            Random random = new Random(seed);
            long orphans = 0;
            for (int i = 0; i < TIMES; i++) {
                BsonTimestamp time = times.get(times.size() / 3 + random.nextInt(times.size() / 2));
                MemoryRestoreTarget target = new MemoryRestoreTarget("one:1");
                RestoreReport report = restore(archive, time, List.of(), target);
                assertThat(report.verified()).as("%s", report.problems()).isTrue();
                requireSame(workload.cluster.oracle(), time, target);
                orphans += report.orphansRemoved();
            }
            assertThat(orphans).as("documents that other shards owned").isPositive();
        }
    }

    @Test
    void aReplicaSetOverTheWireHoldsItToo() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 44);
                TestArchive archive = new TestArchive(folder);
                SimulatedReplicaSet target = SimulatedReplicaSet.builder("one").start()) {
            workload.run(200);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            BsonTimestamp time = times.get(times.size() * 9 / 10);

            RestoreReport report =
                    Restore.run(
                            request(archive, time, target.uri(), Placement.SAME),
                            RestoreProgress.silent());

            assertThat(report.verified()).as("%s", report.problems()).isTrue();
            ClusterOracle oracle = workload.cluster.oracle();
            for (String namespace : oracle.namespaces(time)) {
                assertThat(
                                texts(
                                        target
                                                .primary()
                                                .find(
                                                        namespace,
                                                        new BsonDocument(),
                                                        Optional.empty())
                                                .stream()
                                                .map(BsonFiles::raw)
                                                .toList()))
                        .as(namespace)
                        .isEqualTo(
                                texts(
                                        oracle.documents(namespace, time).stream()
                                                .map(BsonFiles::raw)
                                                .toList()));
            }
        }
    }

    @Test
    void selectedCollectionsAreFollowedThroughTheirNames() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 45);
                TestArchive archive = new TestArchive(folder)) {
            run(workload, "shop", "{insert: 'orders', documents: [{_id: 7, customer: 10}]}");
            run(workload, "shop", "{insert: 'orders', documents: [{_id: 8, customer: 250}]}");
            run(workload, "shop", "{insert: 'first', documents: [{_id: 1, a: 1}, {_id: 2}]}");
            run(workload, "admin", "{renameCollection: 'shop.first', to: 'shop.then'}");
            run(workload, "shop", "{insert: 'first', documents: [{_id: 'other'}]}");
            run(workload, "admin", "{renameCollection: 'shop.then', to: 'shop.last'}");
            run(workload, "shop", "{update: 'last', updates: [{q: {_id: 2}, u: {$set: {b: 1}}}]}");
            workload.run(0);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            BsonTimestamp time = times.get(times.size() - 1);
            MemoryRestoreTarget target = new MemoryRestoreTarget("one:1");

            RestoreReport report =
                    restore(
                            archive,
                            time,
                            List.of(
                                    Selection.parse("shop.last", Optional.of("crm.copy")),
                                    Selection.parse("shop.orders", Optional.empty())),
                            target);

            assertThat(report.verified()).as("%s", report.problems()).isTrue();
            assertThat(names(target)).isEqualTo(Set.of("crm.copy", "shop.orders"));
            ClusterOracle oracle = workload.cluster.oracle();
            assertThat(texts(target.documents("crm.copy")))
                    .hasSize(2)
                    .isEqualTo(texts(truth(oracle, "shop.last", time)));
            assertThat(texts(target.documents("shop.orders")))
                    .isEqualTo(texts(truth(oracle, "shop.orders", time)));
        }
    }

    @Test
    void whatIsNotThereIsRefusedAndTheTargetStaysAsItWas() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 46);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(60);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            MemoryRestoreTarget target = new MemoryRestoreTarget("one:1");
            Selection absent = Selection.parse("shop.nosuch", Optional.empty());

            assertThatThrownBy(
                            () ->
                                    restore(
                                            archive,
                                            times.get(times.size() - 1),
                                            List.of(absent),
                                            target))
                    .isInstanceOf(RestoreException.NotCovered.class)
                    .hasMessageContaining("no collection or view shop.nosuch");
            assertThat(names(target)).isEmpty();
            assertThat(target.mark()).isEmpty();
        }
    }

    @Test
    void twoDocumentsOfOneIdAreNamedAndNothingIsPutInPlace() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 47);
                TestArchive archive = new TestArchive(folder)) {
            run(workload, "shop", "{insert: 'orders', documents: [{_id: 7, customer: 10}]}");
            run(workload, "shop", "{insert: 'orders', documents: [{_id: 7, customer: 250}]}");
            workload.run(5);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            MemoryRestoreTarget target = new MemoryRestoreTarget("one:1");

            assertThatThrownBy(
                            () -> restore(archive, times.get(times.size() - 1), List.of(), target))
                    .isInstanceOf(RestoreException.VerificationFailed.class)
                    .hasMessageContaining("shop.orders has two documents with the _id")
                    .hasMessageContaining("is left out");
            assertThat(names(target)).isEmpty();
            assertThat(target.mark()).isEmpty();
        }
    }

    @Test
    void whatFailsWhileNamesAreGivenIsUndoneAndGoesOnLater() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 48);
                TestArchive archive = new TestArchive(folder)) {
            run(workload, "shop", "{insert: 'orders', documents: [{_id: 7, customer: 10}]}");
            run(workload, "shop", "{insert: 'plain', documents: [{_id: 1}]}");
            workload.run(0);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            AtomicBoolean cutOff = new AtomicBoolean(true);
            MemoryRestoreTarget target =
                    new MemoryRestoreTarget("one:1") {
                        @Override
                        public void rename(Namespace from, Namespace to) {
                            if (cutOff.get() && to.equals(Namespace.of("shop.plain"))) {
                                throw new RestoreException.Unreachable("cut off", null);
                            }
                            super.rename(from, to);
                        }
                    };
            Namespace orders = Namespace.of("shop.orders");
            RawDocument before = BsonFiles.json("{_id: 'before'}");
            target.create(orders, Optional.empty(), BsonFiles.json("{}"));
            target.write(
                    orders,
                    List.of(new DocumentWrite.Put(DocumentId.ofDocument(before), before, true)));
            Replacement replacement = new Replacement(Set.of("shop"), false);
            Placement placement = new Placement(Map.of(), Map.of(), List.of(), replacement);
            BsonTimestamp time = times.get(times.size() - 1);
            RestoreRequest request = request(archive, time, "one", placement);

            assertThatThrownBy(
                            () ->
                                    Restore.run(
                                            request,
                                            RestoreProgress.silent(),
                                            (name, options) -> target))
                    .hasMessage("cut off");
            Set<String> visible = names(target);
            visible.removeIf(name -> name.contains("tidemark_"));
            assertThat(visible).isEqualTo(Set.of("shop.orders"));
            assertThat(texts(target.documents("shop.orders"))).isEqualTo(texts(List.of(before)));
            assertThat(names(target)).noneMatch(name -> name.contains("tidemark_previous"));

            cutOff.set(false);
            RestoreReport report =
                    Restore.run(request, RestoreProgress.silent(), (name, options) -> target);
            assertThat(report.verified()).as("%s", report.problems()).isTrue();
            requireSame(workload.cluster.oracle(), time, target);
            assertThat(target.mark()).isEmpty();
        }
    }

    private static void requireSame(
            ClusterOracle oracle, BsonTimestamp time, MemoryRestoreTarget target) {
        for (String namespace : oracle.namespaces(time)) {
            assertThat(texts(target.documents(namespace)))
                    .as("%s at %s", namespace, time)
                    .isEqualTo(texts(truth(oracle, namespace, time)));
            TreeSet<String> indexes = new TreeSet<>(Set.of("_id_"));
            target.data()
                    .collections()
                    .get(Namespace.of(namespace))
                    .indexes()
                    .forEach(index -> indexes.add(index.string("name").orElseThrow()));
            assertThat(indexes)
                    .as("indexes of %s", namespace)
                    .isEqualTo(oracle.indexes(namespace, time).keySet());
        }
        assertThat(names(target)).isEqualTo(oracle.namespaces(time));
    }

    private static List<RawDocument> truth(
            ClusterOracle oracle, String namespace, BsonTimestamp time) {
        return oracle.documents(namespace, time).stream().map(BsonFiles::raw).toList();
    }

    private static Set<String> names(MemoryRestoreTarget target) {
        Set<String> names = new TreeSet<>();
        target.data().collections().keySet().forEach(name -> names.add(name.toString()));
        return names;
    }

    private static RestoreReport restore(
            TestArchive archive,
            BsonTimestamp time,
            List<Selection> selections,
            MemoryRestoreTarget target) {
        Placement placement = new Placement(Map.of(), Map.of(), selections, Replacement.NONE);
        return Restore.run(
                request(archive, time, "one", placement),
                RestoreProgress.silent(),
                (name, options) -> target);
    }

    private static RestoreRequest request(
            TestArchive archive, BsonTimestamp time, String uri, Placement placement) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                ClusterTime.of(time),
                Map.of(RestoreRequest.MERGED, uri),
                new RestoreOptions(30, 20_000, 5_000, 1 << 20, 2, 1_000_000),
                Safety.DEFAULT,
                placement);
    }

    private static void run(ClusterWorkload workload, String database, String command) {
        BsonDocument reply = workload.cluster.router().run(database, BsonDocument.parse(command));
        assertThat(reply.getNumber("ok").intValue()).as("%s", reply).isEqualTo(1);
    }

    private static List<String> texts(Collection<RawDocument> documents) {
        Stream<String> texts =
                documents.stream().map(d -> d + " " + HexFormat.of().formatHex(d.toBytes()));
        return new ArrayList<>(texts.sorted().toList());
    }
}
