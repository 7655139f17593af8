package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.retention.EndedSnapshots;
import io.tidemark.storage.retention.OperationLock;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.RetentionRule;
import io.tidemark.timeline.window.Policy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster that never rests, the snapshots taken of it, and restores to random times, each
 * compared with the cluster's own oracle. What happens before each of a scan's requests is the
 * seed's choice ({@code -Dtidemark.seed=N}).
 */
final class SnapshotTrial implements AutoCloseable {
    static final int NEVER = -1;

    /** Keeps every base. */
    static final RetentionRule ALL = new RetentionRule(OptionalInt.empty(), OptionalInt.of(1000));

    private static final long SEED = Long.getLong("tidemark.seed", 20261121L);

    final Random random = new Random(SEED);
    final LivingCluster living;
    final Snapshots snapshots;
    private final ObjectStore bucket = new InMemoryObjectStore();
    private List<BaseManifest> all = List.of();

    SnapshotTrial(ServerVersion version, SnapshotSettings settings) {
        System.out.println("snapshots of " + version + " with -Dtidemark.seed=" + SEED);
        living = new LivingCluster(version, SEED);
        snapshots = new Snapshots(living, bucket, random, settings);
    }

    @Override
    public void close() {
        living.close();
        bucket.close();
    }

    /** True if it was killed. */
    boolean killedOrDone(String id, Map<String, String> plan, int calls)
            throws InterruptedException {
        try {
            snapshots.run(id, plan, calls);
            return false;
        } catch (Killed killed) {
            return true;
        }
    }

    Map<String, String> snapshot(String id, String method) throws InterruptedException {
        Map<String, String> plan = snapshots.plan(id, method);
        snapshots.run(id, plan, NEVER);
        assertThat(snapshots.complete(id, plan)).containsEntry("snapshotId", id);
        return plan;
    }

    /** Whether the bucket says that there is such a snapshot of the whole cluster. */
    boolean isWhole(String id) {
        try (Stream<StoredObject> objects = bucket.list("", "")) {
            return objects.flatMap(object -> ObjectKey.parse(object.key()).stream())
                    .anyMatch(
                            key ->
                                    key instanceof ObjectKey.OfSnapshotManifest whole
                                            && whole.snapshotId().equals(id));
        }
    }

    List<BaseManifest> bases(String id) {
        return new Catalogue(bucket, Snapshots.CLUSTER)
                .bases().stream()
                        .filter(place -> id.isEmpty() || place.snapshotId().equals(id))
                        .map(place -> BaseManifest.read(bucket, place))
                        .toList();
    }

    Set<String> keys(String part) {
        try (Stream<StoredObject> objects = bucket.list("", "")) {
            return objects.map(StoredObject::key)
                    .filter(key -> key.contains(part))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Of somebody who can't ask which snapshots have ended. */
    Prune prune() {
        return prune(EndedSnapshots.UNKNOWN);
    }

    Prune prune(EndedSnapshots ended) {
        return new Prune(bucket, Snapshots.CLUSTER, OperationLock.NONE, ended);
    }

    Instant now() {
        return Instant.ofEpochMilli(living.clock.millis());
    }

    /** One that names nothing. */
    void putManifest(BasePlace place) {
        new BaseManifest(
                        place,
                        BaseMethod.FUZZY,
                        new ClusterTime(1, 1),
                        new ClusterTime(2, 1),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of())
                .putTo(bucket);
    }

    /** Every document of every base that there is can be read. */
    void requireAllPartsThatManifestsName() {
        for (BaseManifest base : bases("")) {
            for (BaseCollection collection : base.collections()) {
                collection
                        .parts()
                        .forEach(
                                part -> {
                                    String key =
                                            new ObjectKey.OfBasePart(
                                                            base.place(),
                                                            collection.uuid(),
                                                            part.id())
                                                    .text();
                                    assertThat(bucket.head(key).orElseThrow().sizeBytes())
                                            .as(key)
                                            .isEqualTo(part.sizeBytes());
                                });
            }
        }
    }

    /** To random times at which all replica sets have a base. */
    void restoreAll(String id, int restores) {
        living.settle();
        List<ClusterTime> times = new Oplogs(living, bucket).archive();
        all = bases("");
        ClusterTime usable = usableFrom(id);
        ClusterTimeline timeline =
                new TimelineLookup(bucket, FrameKeys.NONE, Snapshots.CLUSTER).fromArchive(n -> {});
        List<ClusterTime> safe =
                new ArrayList<>(
                        times.stream()
                                .filter(t -> !t.isBefore(usable))
                                .filter(timeline.windows(Policy.EXACT)::isSafe)
                                .toList());
        long later = times.stream().filter(t -> !t.isBefore(usable)).count();
        System.out.println(safe.size() + " of " + later + " times from " + usable + " are safe");
        assertThat(safe.size()).isGreaterThan(restores);
        List<ClusterTime> chosen = new ArrayList<>(List.of(safe.get(0)));
        java.util.Collections.shuffle(safe, random);
        chosen.addAll(safe.subList(0, restores));
        long documents = 0;
        for (ClusterTime time : chosen) {
            documents += restore(time);
        }
        System.out.println(chosen.size() + " restores, " + documents + " documents compared");
        assertThat(documents).isGreaterThan(restores * 10L);
    }

    /** The earliest time at which every replica set has a usable base. */
    private ClusterTime usableFrom(String id) {
        Map<ReplicaSet, ClusterTime> first = new TreeMap<>();
        for (BaseManifest base : bases(id)) {
            first.merge(
                    base.place().replicaSet(), base.usableFrom(), (a, b) -> a.isBefore(b) ? a : b);
        }
        return first.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    private long restore(ClusterTime time) {
        Map<String, MemoryRestoreTarget> targets = new ConcurrentHashMap<>();
        Map<String, String> names = new TreeMap<>();
        living.sets().forEach(s -> names.put(s.replicaSet().name(), s.replicaSet().name()));
        RestoreRequest request =
                new RestoreRequest(
                        bucket,
                        FrameKeys.NONE,
                        Snapshots.CLUSTER,
                        time,
                        names,
                        new RestoreOptions(
                                1 + random.nextInt(40), 20_000, 5_000, 1 << 20, 2, 1_000_000),
                        Safety.DEFAULT);
        Restore.prepare(request)
                .plan()
                .replicaSets()
                .forEach(
                        plan ->
                                assertThat(plan.base())
                                        .isEqualTo(nearest(plan.replicaSet(), time)));
        RestoreReport report =
                Restore.run(
                        request,
                        RestoreProgress.silent(),
                        (name, options) ->
                                targets.computeIfAbsent(
                                        name, n -> new MemoryRestoreTarget(n + ":1")));
        TrueState truth = new TrueState(living, time.toBson(), targets);
        assertThat(truth.differences()).as("restored to " + time).isEmpty();
        assertThat(report.problems()).isEmpty();
        return truth.documents();
    }

    private Optional<BasePlace> nearest(ReplicaSet set, ClusterTime time) {
        return all.stream()
                .filter(base -> base.place().replicaSet().equals(set))
                .filter(base -> !base.usableFrom().isAfter(time))
                .max(Comparator.comparing(BaseManifest::usableFrom))
                .map(BaseManifest::place);
    }
}
