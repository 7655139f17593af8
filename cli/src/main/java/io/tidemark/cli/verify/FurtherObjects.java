package io.tidemark.cli.verify;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseStart;
import io.tidemark.storage.base.SnapshotManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.timeline.TimelineReader;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What lies beside slices, gaps and bases: manifests of snapshots, starts of scans, the timeline,
 * results of drills, notes of standbys; and what is not Tidemark's or belongs to nothing.
 */
final class FurtherObjects {
    private final ObjectStore store;
    private final ClusterName cluster;
    private final TimelineReader timeline;
    private final Findings findings;

    /** Parts that some manifest names: they were checked with it. */
    private final Set<ObjectKey> named = new HashSet<>();

    FurtherObjects(ObjectStore store, ClusterName cluster, FrameKeys keys, Findings findings) {
        this.store = store;
        this.cluster = cluster;
        this.timeline = new TimelineReader(store, cluster, keys);
        this.findings = findings;
    }

    /** The parts of a base that exists. */
    void named(BaseManifest manifest) {
        manifest.collections()
                .forEach(
                        collection ->
                                collection
                                        .parts()
                                        .forEach(
                                                part ->
                                                        named.add(
                                                                new ObjectKey.OfBasePart(
                                                                        manifest.place(),
                                                                        collection.uuid(),
                                                                        part.id()))));
    }

    void run() {
        for (Incarnation life : Catalogue.incarnations(store, cluster)) {
            each(KeyPrefix.bases(cluster, life), this::ofBases);
            timeline(life);
        }
        each(
                KeyPrefix.drills(cluster),
                object ->
                        ObjectKey.parse(object.key())
                                .filter(ObjectKey.OfDrill.class::isInstance)
                                .map(ObjectKey.OfDrill.class::cast)
                                .ifPresentOrElse(
                                        key -> check(object, () -> DrillResult.read(store, key)),
                                        () -> findings.stranger(object.key())));
        each(
                KeyPrefix.standbys(cluster),
                object ->
                        ObjectKey.parse(object.key())
                                .filter(ObjectKey.OfStandby.class::isInstance)
                                .map(ObjectKey.OfStandby.class::cast)
                                .ifPresentOrElse(
                                        key -> check(object, () -> StandbyNote.read(store, key)),
                                        () -> findings.stranger(object.key())));
    }

    private interface Seen {
        void see(StoredObject object);
    }

    private void each(String prefix, Seen seen) {
        try (Stream<StoredObject> objects = store.list(prefix, "")) {
            objects.forEach(seen::see);
        }
    }

    private void check(StoredObject object, Runnable check) {
        findings.object(object.sizeBytes());
        findings.check(check);
    }

    private void ofBases(StoredObject object) {
        Optional<ObjectKey> key = ObjectKey.parse(object.key());
        if (key.isEmpty()) {
            if (!isMark(object.key())) {
                findings.stranger(object.key());
            }
        } else if (key.get() instanceof ObjectKey.OfSnapshotManifest snapshot) {
            check(object, () -> snapshot(snapshot));
        } else if (key.get() instanceof ObjectKey.OfBaseStart start) {
            check(object, () -> BaseStart.find(store, start.place()));
        } else if (key.get() instanceof ObjectKey.OfBasePart && !named.contains(key.get())) {
            findings.leftover(object.sizeBytes());
        }
    }

    /** That a base is being pruned; its content is of no account. */
    private static boolean isMark(String key) {
        return key.endsWith("/pruned");
    }

    private void snapshot(ObjectKey.OfSnapshotManifest key) {
        SnapshotManifest snapshot = SnapshotManifest.read(store, key);
        for (SnapshotManifest.Member member : snapshot.replicaSets()) {
            BasePlace place = snapshot.place(member);
            String base = new ObjectKey.OfBaseManifest(place).text();
            if (store.head(base).isEmpty()) {
                findings.problem(
                        new Problem(
                                key.text(),
                                "names the base of replica set "
                                        + member.replicaSet()
                                        + ", which is not there: "
                                        + base,
                                "this snapshot serves no restore of the whole cluster",
                                "bring the missing objects back from a copy of the bucket, or take"
                                        + " a new base snapshot"));
            }
        }
    }

    /** Windows stand each for itself; events chain. */
    private void timeline(Incarnation life) {
        ClusterTime[] reached = new ClusterTime[1];
        each(
                KeyPrefix.timeline(cluster, life),
                object ->
                        ObjectKey.parse(object.key())
                                .filter(ObjectKey.OfTimeline.class::isInstance)
                                .map(ObjectKey.OfTimeline.class::cast)
                                .ifPresentOrElse(
                                        key -> {
                                            check(object, () -> timeline.verify(key));
                                            chained(key, reached);
                                        },
                                        () -> findings.stranger(object.key())));
    }

    private void chained(ObjectKey.OfTimeline key, ClusterTime[] reached) {
        if (!key.kind().equals(ObjectKey.OfTimeline.EVENTS)) {
            return;
        }
        if (reached[0] != null && key.after().isAfter(reached[0])) {
            findings.problem(
                    new Problem(
                            key.text(),
                            "follows "
                                    + key.after()
                                    + ", but the events before it end at "
                                    + reached[0],
                            "events in between are not known; windows don't need them",
                            "bring the objects back from a copy of the bucket, or run windows"
                                    + " --rebuild"));
        }
        reached[0] =
                reached[0] == null ? key.through() : ClusterTime.max(reached[0], key.through());
    }
}
