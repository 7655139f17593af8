package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.embedded.mongo.sharding.Stepwise;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.timeline.event.EventSearch;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Times at which a cluster stood between two states are refused with the reason; the times around
 * them are restored and equal the oracle.
 */
final class UnsafeTimesTest {
    private static final int STEPS = 60;
    private static final long TERM_OF_NOOPS = 9;
    @TempDir Path folder;

    @ParameterizedTest(name = "{1} on server {0}")
    @CsvSource({
        "V4_4, dropCollection",
        "V5_0, dropCollection",
        "V8_0, dropCollection",
        "V4_4, movePrimary",
        "V7_0, movePrimary",
        "V4_4, dropDatabase",
        "V5_0, dropDatabase",
        "V8_0, dropDatabase"
    })
    void aTimeInsideAnOperationIsRefusedAndTheTimesAroundItAreExact(
            ServerVersion version, String kind) {
        try (ClusterWorkload workload = new ClusterWorkload(version, 7);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(STEPS);
            carryOut(workload, operation(workload, kind));
            workload.run(0);
            archiveOplogs(workload, archive, set -> entry -> true);
            TopologyEvent event = told(archive, kind);
            assertThat(event.shards()).isNotEmpty();

            List<ClusterTime> inside =
                    times(workload).stream()
                            .filter(t -> !t.isBefore(event.span().criticalFrom().orElseThrow()))
                            .filter(t -> t.isBefore(event.through().orElseThrow()))
                            .toList();
            assertThat(inside).hasSizeGreaterThan(2);
            for (ClusterTime time : inside) {
                assertThat(refusal(archive, time).getMessage())
                        .contains(kind + " of shop")
                        .contains("was under way from " + event.from())
                        .contains("Seen: ")
                        .contains("--to " + EventSearch.justBefore(event));
            }
            requireExact(workload, archive, EventSearch.justBefore(event));
            requireExact(workload, archive, event.through().orElseThrow());
        }
    }

    @Test
    void aForcedRestoreNamesInItsReportWhatMayBeWrong() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 3);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(STEPS);
            carryOut(workload, workload.cluster.dropCollection("shop.orders"));
            workload.run(0);
            archiveOplogs(workload, archive, set -> entry -> true);
            ClusterTime inside =
                    told(archive, "dropCollection").span().criticalFrom().orElseThrow();

            Restored forced = restore(archive, workload, inside, new Safety(Policy.EXACT, true));

            assertThat(forced.report().forced())
                    .singleElement()
                    .asString()
                    .contains("dropCollection of shop.orders")
                    .contains("Seen: ");
            assertThat(forced.report().verified()).isTrue();
        }
    }

    @Test
    void policyStrictRefusesMigrationsAndPolicyExactDoesNot() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 4);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(4 * STEPS);
            archiveOplogs(workload, archive, set -> entry -> true);
            ClusterTimeline timeline = archive.timeline();
            ClusterTime time =
                    timeline.windows(Policy.STRICT).unsafe().stream()
                            .filter(interval -> interval.kind().equals("moveChunk"))
                            .map(interval -> interval.to())
                            .filter(timeline.windows(Policy.EXACT)::isSafe)
                            .findFirst()
                            .orElseThrow();

            RestoreRequest strict =
                    request(archive, workload, time, new Safety(Policy.STRICT, false));
            assertThat(
                            catchThrowableOfType(
                                    RestoreException.NotCovered.class,
                                    () -> Restore.prepare(strict)))
                    .hasMessageContaining("under policy strict")
                    .hasMessageContaining("moveChunk of shop.orders");
            requireExact(workload, archive, time);
        }
    }

    @Test
    void aTransactionWhoseOutcomeIsNotArchivedIsRefusedFromItsPrepareOn() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 5);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(2 * STEPS);
            OplogEntry prepare =
                    workload.cluster.shards().values().stream()
                            .flatMap(set -> entries(set).stream())
                            .filter(entry -> entry.shape() == EntryShape.PREPARE)
                            .min(java.util.Comparator.comparing(OplogEntry::clusterTime))
                            .orElseThrow();
            ClusterTime time = prepare.clusterTime();
            // From then on nothing is archived but a noop, which proves that time has gone on.
            archiveOplogs(
                    workload, archive, set -> e -> !e.clusterTime().isAfter(time), time.next());

            assertThat(refusal(archive, time.next()))
                    .hasMessageContaining("a transaction prepared at " + time)
                    .hasMessageContaining("may be in or out");
            assertThat(refusal(archive, time)).hasMessageContaining("prepared at " + time);
            requireExact(workload, archive, time.previous());
        }
    }

    @ParameterizedTest(name = "of another life: {0}")
    @ValueSource(booleans = {false, true})
    void aTransactionIsInThoughOnlyItsCoordinatorTellsThatBehindAHole(boolean anew) {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 5)) {
            workload.run(4 * STEPS);
            List<Object> refused = new ArrayList<>();
            for (SimulatedReplicaSet set : workload.cluster.shards().values()) {
                for (OplogEntry decision : decisions(set)) {
                    Path own = folder.resolve("archive" + refused.size());
                    try (TestArchive archive = new TestArchive(own)) {
                        ClusterTime time = commitTimestamp(decision);
                        archiveUpTo(workload, archive, set, time, decision, anew);
                        Explanation told = archive.timeline().windows(Policy.EXACT).explain(time);
                        if (told.safe()) {
                            requireExact(workload, archive, time);
                            return;
                        }
                        refused.add(told);
                    }
                }
            }
            throw new AssertionError("no transaction at a safe time: " + refused);
        }
    }

    /** Entries by which a coordinator decides to commit. */
    private static List<OplogEntry> decisions(SimulatedReplicaSet set) {
        return entries(set).stream()
                .filter(entry -> entry.ns().equals("config.transaction_coordinators"))
                .filter(entry -> entry.o().document("decision").isPresent())
                .filter(entry -> entry.o().toString().contains("commitTimestamp"))
                .toList();
    }

    private static ClusterTime commitTimestamp(OplogEntry decision) {
        return ClusterTime.ofBits(
                decision.o()
                        .document("decision")
                        .orElseThrow()
                        .find("commitTimestamp")
                        .orElseThrow()
                        .timestamp()
                        .orElseThrow());
    }

    /** All up to the decision, which comes seconds later, behind a hole of the set that decided. */
    private static void archiveUpTo(
            ClusterWorkload workload,
            TestArchive archive,
            SimulatedReplicaSet coordinator,
            ClusterTime time,
            OplogEntry decision,
            boolean anew) {
        ClusterTime decided = new ClusterTime(decision.clusterTime().seconds() + 5, 1);
        Gap lost = new Gap(time.next(), decided.previous(), "the oplog rolled over");
        // Who commits has heard of the decision.
        archiveOplogs(
                workload, archive, set -> e -> e.clusterTime().isBefore(decision.clusterTime()));
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            ClusterTime last = lastBefore(set, decision.clusterTime());
            ClusterTime end = set == coordinator ? time.next() : decided.next();
            archive.slices(set.name(), role(workload, set), last, List.of(noop(end)));
        }
        archive.slices(
                anew ? new Incarnation("b".repeat(24)) : Incarnation.UNKNOWN,
                coordinator.name(),
                role(workload, coordinator),
                lost.through(),
                List.of(at(decided, decision), noop(decided.next())));
        if (!anew) {
            ReplicaSet name = new ReplicaSet(coordinator.name());
            new GapObject(TestArchive.CLUSTER, Incarnation.UNKNOWN, name, lost, Optional.empty())
                    .putTo(archive.store());
        }
    }

    /** The same, written later, by a later primary. */
    private static OplogEntry at(ClusterTime time, OplogEntry entry) {
        RawDocumentBuilder later = new RawDocumentBuilder();
        for (RawElement field : entry.raw()) {
            if (field.isNamed("ts")) {
                later.appendTimestamp("ts", time.toBson().getValue());
            } else if (field.isNamed("t")) {
                later.appendInt64("t", TERM_OF_NOOPS);
            } else {
                later.append(field);
            }
        }
        return OplogEntry.of(RawDocument.of(later.build()));
    }

    private static ClusterTime lastBefore(SimulatedReplicaSet set, ClusterTime time) {
        return entries(set).stream()
                .map(OplogEntry::clusterTime)
                .filter(t -> t.isBefore(time))
                .reduce(ClusterTime::max)
                .orElseThrow();
    }

    @Test
    void aShardThatLeftIsNotNeededAfterwardsAndOneThatJoinsNotBefore() {
        try (ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 6);
                TestArchive archive = new TestArchive(folder)) {
            workload.run(STEPS);
            ClusterTime before = ClusterTime.of(workload.cluster.noopEverywhere());
            String joined = workload.cluster.addShard();
            workload.run(STEPS);
            ClusterTime with = ClusterTime.of(workload.cluster.noopEverywhere());
            String set = workload.cluster.shards().get(joined).name();
            while (!workload.cluster
                    .removeShard(joined)
                    .getString("state")
                    .getValue()
                    .equals("completed")) {
                assertThat(workload.cluster.routing().collections()).isNotEmpty();
            }
            workload.run(0);
            ClusterTime gone = ClusterTime.of(workload.cluster.noopEverywhere());
            workload.run(0);
            archiveOplogs(workload, archive, any -> e -> true);

            assertThat(planned(archive, workload, before)).hasSize(4).doesNotContain(set);
            assertThat(planned(archive, workload, with)).hasSize(5).contains(set);
            assertThat(planned(archive, workload, gone)).hasSize(4).doesNotContain(set);
        }
    }

    private static List<String> planned(
            TestArchive archive, ClusterWorkload workload, ClusterTime time) {
        return Restore.prepare(request(archive, workload, time, Safety.DEFAULT))
                .plan()
                .replicaSets()
                .stream()
                .map(set -> set.replicaSet().name())
                .toList();
    }

    private static Stepwise operation(ClusterWorkload workload, String kind) {
        return switch (kind) {
            case "dropCollection" -> workload.cluster.dropCollection("shop.events");
            case "dropDatabase" -> workload.cluster.dropDatabase("shop");
            default -> workload.cluster.movePrimary("shop", "shard1");
        };
    }

    /** With a write to another database behind each step. */
    private static void carryOut(ClusterWorkload workload, Stepwise operation) {
        int step = 0;
        while (!operation.isDone()) {
            operation.step();
            String write = "{insert: 'c', documents: [{_id: " + step++ + "}]}";
            workload.cluster.router().run("other", BsonDocument.parse(write));
        }
    }

    /** The last event of that kind. */
    private static TopologyEvent told(TestArchive archive, String kind) {
        return archive.timeline().events().stream()
                .filter(event -> event.kind().code().equals(kind))
                .filter(event -> event.ns().startsWith("shop"))
                .filter(event -> event.span().criticalFrom().isPresent())
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private static RestoreException refusal(TestArchive archive, ClusterTime time) {
        RestoreRequest request =
                new RestoreRequest(archive.store(), TestArchive.CLUSTER, time, Map.of());
        RestoreException refused =
                catchThrowableOfType(RestoreException.class, () -> Restore.prepare(request));
        assertThat(refused).as("at %s", time).isInstanceOf(RestoreException.NotCovered.class);
        return refused;
    }

    private record Restored(RestoreReport report, Map<String, MemoryRestoreTarget> targets) {}

    private static RestoreRequest request(
            TestArchive archive, ClusterWorkload workload, ClusterTime time, Safety safety) {
        Map<String, String> names = new HashMap<>();
        workload.cluster.replicaSets().keySet().forEach(name -> names.put(name, name));
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                names,
                RestoreOptions.defaults(),
                safety);
    }

    private static Restored restore(
            TestArchive archive, ClusterWorkload workload, ClusterTime time, Safety safety) {
        Map<String, MemoryRestoreTarget> targets = new TreeMap<>();
        RestoreReport report =
                Restore.run(
                        request(archive, workload, time, safety),
                        RestoreProgress.silent(),
                        (name, o) ->
                                targets.computeIfAbsent(
                                        name, n -> new MemoryRestoreTarget(n + ":1")));
        return new Restored(report, targets);
    }

    private static void requireExact(
            ClusterWorkload workload, TestArchive archive, ClusterTime time) {
        Restored restored = restore(archive, workload, time, Safety.DEFAULT);
        assertThat(restored.report().verified()).isTrue();
        assertThat(restored.report().forced()).isEmpty();
        ClusterOracle oracle = workload.cluster.oracle();
        workload.cluster
                .shards()
                .forEach(
                        (id, set) -> {
                            MemoryRestoreTarget target = restored.targets().get(set.name());
                            for (String namespace : oracle.namespaces(time.toBson())) {
                                List<String> wanted =
                                        oracle.documentsOf(id, namespace, time.toBson()).stream()
                                                .map(d -> hex(BsonFiles.raw(d).toBytes()))
                                                .sorted()
                                                .toList();
                                assertThat(target.documents(namespace))
                                        .extracting(d -> hex(d.toBytes()))
                                        .as("%s on %s at %s", namespace, id, time)
                                        .containsExactlyInAnyOrderElementsOf(wanted);
                            }
                        });
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static void archiveOplogs(
            ClusterWorkload workload,
            TestArchive archive,
            Function<SimulatedReplicaSet, Predicate<OplogEntry>> kept,
            ClusterTime... noops) {
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            List<OplogEntry> entries =
                    new ArrayList<>(entries(set).stream().filter(kept.apply(set)).toList());
            for (ClusterTime time : noops) {
                entries.add(noop(time));
            }
            archive.slices(set.name(), role(workload, set), ClusterTime.ZERO, entries);
        }
    }

    private static ReplicaSetRole role(ClusterWorkload workload, SimulatedReplicaSet set) {
        return workload.cluster.shards().entrySet().stream()
                .filter(shard -> shard.getValue() == set)
                .map(shard -> ReplicaSetRole.shard(shard.getKey()))
                .findFirst()
                .orElse(ReplicaSetRole.CONFIG_SERVER);
    }

    private static OplogEntry noop(ClusterTime time) {
        String json =
                "{op: 'n', ns: '', o: {msg: 'periodic noop'}, ts: {$timestamp: {t: %d, i: %d}},"
                        + " t: {$numberLong: '%d'}, v: {$numberLong: '2'}}";
        return OplogEntry.of(
                BsonFiles.json(json.formatted(time.seconds(), time.increment(), TERM_OF_NOOPS)));
    }

    private static List<OplogEntry> entries(SimulatedReplicaSet set) {
        return set.oplog().stream().map(e -> OplogEntry.of(BsonFiles.raw(e))).toList();
    }

    private static List<ClusterTime> times(ClusterWorkload workload) {
        return workload.cluster.replicaSets().values().stream()
                .flatMap(set -> entries(set).stream())
                .map(OplogEntry::clusterTime)
                .sorted()
                .distinct()
                .toList();
    }
}
