package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.restore.report.ReplicaSetReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories of a simulated cluster, restored to random times from the oplogs alone and
 * compared, document by document, with the cluster's own oracle.
 */
final class ClusterRestoreTest {
    private static final int STEPS = 400;
    private static final int TIMES = 12;
    @TempDir Path folder;

    @ParameterizedTest(name = "server {0}, seed {1}")
    @CsvSource({"V4_4, 1", "V5_0, 3", "V7_0, 5", "V8_0, 6"})
    void restoresExactlyWhatTheClusterHeld(ServerVersion version, long seed) {
        try (ClusterWorkload workload = new ClusterWorkload(version, seed);
                TestArchive archive = new TestArchive(folder)) {
            BsonTimestamp begin = workload.cluster.clusterTime();
            workload.run(STEPS);
            workload.archive(archive);
            Random random = new Random(seed);
            List<BsonTimestamp> times = workload.safeTimes();
            times.removeIf(time -> time.compareTo(begin) < 0);
            List<BsonTimestamp> inTransactions = new ArrayList<>(times);
            inTransactions.retainAll(preparedTimes(workload));
            long open = 0;
            long orphans = 0;
            for (int i = 0; i < TIMES; i++) {
                List<BsonTimestamp> from = i % 2 == 0 ? times : inTransactions;
                BsonTimestamp time = from.get(random.nextInt(from.size()));
                Restored restored = restore(archive, workload, time, options(random));
                compare(workload, time, restored);
                open += restored.report().transactions().size();
                orphans += restored.report().orphansRemoved();
            }
            assertThat(open).as("transactions that were open at a restored time").isPositive();
            assertThat(orphans).as("orphans that were removed").isPositive();
        }
    }

    @ParameterizedTest(name = "server {0}, seed {1}, consistent {2}")
    @CsvSource({
        "V4_4, 11, false",
        "V5_0, 12, false",
        "V5_0, 13, true",
        "V8_0, 14, false",
        "V8_0, 15, true"
    })
    void restoresOverABaseTakenWhileWritesWentOn(
            ServerVersion version, long seed, boolean consistent) {
        try (ClusterWorkload workload = new ClusterWorkload(version, seed);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(STEPS);
            workload.archive(archive);
            Random random = new Random(seed);
            ClusterTime usable = addBases(workload, archive, random, consistent);
            List<BsonTimestamp> times = workload.safeTimes();
            times.removeIf(time -> ClusterTime.of(time).isBefore(usable));
            for (int i = 0; i < TIMES; i++) {
                BsonTimestamp time = times.get(random.nextInt(times.size()));
                Restored restored = restore(archive, workload, time, options(random));
                compare(workload, time, restored);
                assertThat(baseDocuments(restored)).isPositive();
            }
        }
    }

    @ParameterizedTest(name = "server {0}, seed {1}")
    @CsvSource({"V4_4, 21", "V5_0, 22", "V8_0, 23"})
    void restoresOverTheWireWithTheSameUuids(ServerVersion version, long seed) {
        try (ClusterWorkload workload = new ClusterWorkload(version, seed);
                TestArchive archive = new TestArchive(folder);
                ServerTargets targets = new ServerTargets(workload)) {
            workload.run(STEPS);
            workload.archive(archive);
            List<BsonTimestamp> times = workload.safeTimes();
            BsonTimestamp time = times.get(times.size() * 4 / 5);

            RestoreReport report =
                    Restore.run(
                            new RestoreRequest(
                                    archive.store(),
                                    TestArchive.CLUSTER,
                                    ClusterTime.of(time),
                                    targets.uris()),
                            RestoreProgress.silent());

            assertThat(report.verified()).isTrue();
            assertThat(report.uuidsKept()).as("%s", report.warnings()).isTrue();
            targets.requireSame(time);
        }
    }

    private static long baseDocuments(Restored restored) {
        return restored.report().replicaSets().values().stream()
                .mapToLong(ReplicaSetReport::baseDocuments)
                .sum();
    }

    /** One for each set; the time from which all of them are usable. */
    private static ClusterTime addBases(
            ClusterWorkload workload, TestArchive archive, Random random, boolean consistent) {
        List<BsonTimestamp> times = workload.safeTimes();
        int begin = times.size() / 3 + random.nextInt(times.size() / 6);
        ClusterTime start = ClusterTime.of(times.get(begin));
        ClusterTime end = ClusterTime.of(times.get(begin + times.size() / 8));
        ClusterTime usable = ClusterTime.ZERO;
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            List<OplogEntry> oplog = ClusterWorkload.entries(set);
            int from = last(oplog, start);
            int through = last(oplog, end);
            FuzzyBases base = new FuzzyBases(random, set, oplog, from, through);
            base.write(
                    archive.store(),
                    new Incarnation(set.replicaSetId().toHexString()),
                    "base",
                    workload.roleOf(set),
                    consistent);
            usable = ClusterTime.max(usable, base.usableFrom());
        }
        return usable;
    }

    private static int last(List<OplogEntry> oplog, ClusterTime time) {
        int last = 0;
        while (last + 1 < oplog.size() && !oplog.get(last + 1).clusterTime().isAfter(time)) {
            last++;
        }
        return last;
    }

    private record Restored(RestoreReport report, Map<String, MemoryRestoreTarget> targets) {}

    /** Times of prepares, and of what comes between them and their commits. */
    private static Set<BsonTimestamp> preparedTimes(ClusterWorkload workload) {
        Set<BsonTimestamp> times = new HashSet<>();
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            boolean prepared = false;
            for (OplogEntry entry : ClusterWorkload.entries(set)) {
                prepared =
                        entry.shape() == EntryShape.PREPARE
                                || prepared && entry.shape() != EntryShape.COMMIT;
                if (prepared) {
                    times.add(entry.clusterTime().toBson());
                }
            }
        }
        return times;
    }

    private static RestoreOptions options(Random random) {
        int batch = 1 + random.nextInt(40);
        long cache = random.nextBoolean() ? 0 : 5_000;
        long transactions = random.nextBoolean() ? 0 : 1 << 20;
        return new RestoreOptions(batch, 20_000, cache, transactions, 2, 1_000_000);
    }

    private Restored restore(
            TestArchive archive,
            ClusterWorkload workload,
            BsonTimestamp time,
            RestoreOptions options) {
        Map<String, MemoryRestoreTarget> targets = new TreeMap<>();
        Map<String, String> names = new HashMap<>();
        workload.cluster.replicaSets().keySet().forEach(name -> names.put(name, name));
        RestoreRequest request =
                new RestoreRequest(
                        archive.store(),
                        io.tidemark.storage.frames.FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        ClusterTime.of(time),
                        names,
                        options);
        RestoreReport report =
                Restore.run(
                        request,
                        RestoreProgress.silent(),
                        (name, o) ->
                                targets.computeIfAbsent(
                                        name, n -> new MemoryRestoreTarget(n + ":1")));
        return new Restored(report, targets);
    }

    private static void compare(ClusterWorkload workload, BsonTimestamp time, Restored restored) {
        ClusterOracle oracle = workload.cluster.oracle();
        assertThat(restored.report().verified()).isTrue();
        workload.cluster
                .shards()
                .forEach(
                        (id, set) -> {
                            MemoryRestoreTarget target = restored.targets().get(set.name());
                            for (String namespace : oracle.namespaces(time)) {
                                assertThat(texts(target.documents(namespace)))
                                        .as("%s on %s at %s", namespace, id, time)
                                        .isEqualTo(
                                                texts(
                                                        oracle
                                                                .documentsOf(id, namespace, time)
                                                                .stream()
                                                                .map(BsonFiles::raw)
                                                                .toList()));
                            }
                            requireNothingElse(target, oracle, time);
                            requireIndexes(target, set, time);
                        });
    }

    private static void requireNothingElse(
            MemoryRestoreTarget target, ClusterOracle oracle, BsonTimestamp time) {
        target.data()
                .collections()
                .forEach(
                        (namespace, contents) -> {
                            if (!oracle.namespaces(time).contains(namespace.toString())) {
                                assertThat(contents.documents()).as("%s", namespace).isEmpty();
                            }
                        });
    }

    /** Shards build an index one after the other, so each is asked for itself. */
    private static void requireIndexes(
            MemoryRestoreTarget target, SimulatedReplicaSet set, BsonTimestamp time) {
        target.data()
                .collections()
                .forEach(
                        (namespace, contents) -> {
                            TreeSet<String> found = new TreeSet<>(Set.of("_id_"));
                            contents.indexes()
                                    .forEach(i -> found.add(i.string("name").orElseThrow()));
                            TreeSet<String> wanted = new TreeSet<>();
                            set.oracle()
                                    .collectionAt(namespace.toString(), time)
                                    .orElseThrow()
                                    .indexes()
                                    .forEach(i -> wanted.add(i.getString("name").getValue()));
                            assertThat(found).as("indexes of %s", namespace).isEqualTo(wanted);
                        });
    }

    /** In hex: equal in every byte, types and field order too. */
    private static List<String> texts(List<RawDocument> documents) {
        return documents.stream()
                .map(d -> d + " " + java.util.HexFormat.of().formatHex(d.toBytes()))
                .sorted()
                .toList();
    }
}
