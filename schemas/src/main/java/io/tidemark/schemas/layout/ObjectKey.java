package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/**
 * The key of an object in the bucket, below the bucket's own prefix. Cluster times are zero-padded,
 * so that the order of keys is the order of time; {@code (after, through]} in a slice's key chains
 * neighbours, so that one listing proves continuity.
 */
public sealed interface ObjectKey permits ObjectKey.OfLife, ObjectKey.OfDrill, ObjectKey.OfStandby {

    ClusterName cluster();

    /** The key as the bucket knows it. */
    String text();

    /** Empty for whatever isn't ours: strangers may lie in the bucket. */
    static Optional<ObjectKey> parse(String text) {
        return ObjectKeyParser.parse(text);
    }

    /** An object of one life of a replica set, or of the config servers' for the cluster. */
    sealed interface OfLife extends ObjectKey
            permits OfSlice,
                    OfGap,
                    OfBasePart,
                    OfBaseStart,
                    OfBaseManifest,
                    OfSnapshotManifest,
                    OfTimeline {
        Incarnation incarnation();
    }

    /**
     * A slice: {@code
     * <cluster>/<incarnation>/oplog/<replicaSet>/<yyyy>/<mm>/<dd>/<hh>/<after>_<through>_<baseOffset>.slice}.
     */
    record OfSlice(ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet, Slice slice)
            implements OfLife {
        @Override
        public String text() {
            return ObjectKeyText.oplogFolder(cluster, incarnation, replicaSet, slice.through())
                    + ObjectKeyText.range(slice)
                    + "_"
                    + ObjectKeyText.padded(slice.baseOffset(), 19)
                    + ".slice";
        }
    }

    /**
     * A known hole, beside the slices: {@code …/<after>_<through>.gap}; the reason is the object's
     * content.
     */
    record OfGap(
            ClusterName cluster,
            Incarnation incarnation,
            ReplicaSet replicaSet,
            ClusterTime after,
            ClusterTime through)
            implements OfLife {
        @Override
        public String text() {
            return ObjectKeyText.oplogFolder(cluster, incarnation, replicaSet, through)
                    + ObjectKeyText.range(after, through)
                    + ".gap";
        }
    }

    /**
     * One part of a collection's documents: {@code
     * <cluster>/<incarnation>/base/<snapshotId>/<replicaSet>/<uuid>/<range>-<number>-<token>.bson.zst}.
     */
    record OfBasePart(BasePlace place, UUID collection, PartId part) implements OfLife {
        @Override
        public ClusterName cluster() {
            return place.cluster();
        }

        @Override
        public Incarnation incarnation() {
            return place.incarnation();
        }

        @Override
        public String text() {
            return place.folder() + collection + "/" + part + ".bson.zst";
        }
    }

    /**
     * What a scan of one replica set has decided before it reads documents, for whoever goes on
     * with it: {@code …/base/<snapshotId>/<replicaSet>/start.json}.
     */
    record OfBaseStart(BasePlace place) implements OfLife {
        @Override
        public ClusterName cluster() {
            return place.cluster();
        }

        @Override
        public Incarnation incarnation() {
            return place.incarnation();
        }

        @Override
        public String text() {
            return place.folder() + "start.json";
        }
    }

    /**
     * What makes one replica set's base exist: {@code
     * …/base/<snapshotId>/<replicaSet>/manifest.json}.
     */
    record OfBaseManifest(BasePlace place) implements OfLife {
        @Override
        public ClusterName cluster() {
            return place.cluster();
        }

        @Override
        public Incarnation incarnation() {
            return place.incarnation();
        }

        @Override
        public String text() {
            return place.folder() + "manifest.json";
        }
    }

    /**
     * What makes a snapshot of the whole cluster exist, written last: {@code
     * …/base/<snapshotId>/manifest.json}.
     */
    record OfSnapshotManifest(ClusterName cluster, Incarnation incarnation, String snapshotId)
            implements OfLife {
        public OfSnapshotManifest {
            ObjectKeyText.requireId("snapshot id", snapshotId);
        }

        @Override
        public String text() {
            return ObjectKeyText.baseFolder(cluster, incarnation, snapshotId) + "manifest.json";
        }
    }

    /**
     * Windows and events: {@code
     * <cluster>/<incarnation>/timeline/<yyyy>/<mm>/<dd>/<after>_<through>.<kind>}.
     *
     * @param after of {@link #EVENTS} the end of the object before; of {@link #WINDOWS}, which tell
     *     everything each time, up to where the cluster is archived
     * @param through of events the last time that one tells of; of windows up to where the cluster
     *     is captured
     */
    record OfTimeline(
            ClusterName cluster,
            Incarnation incarnation,
            ClusterTime after,
            ClusterTime through,
            String kind)
            implements OfLife {
        public static final String EVENTS = "events";
        public static final String WINDOWS = "windows";

        public OfTimeline {
            ObjectKeyText.requireId("timeline kind", kind);
        }

        @Override
        public String text() {
            return ObjectKeyText.timelineFolder(cluster, incarnation)
                    + ObjectKeyText.day(through)
                    + "/"
                    + ObjectKeyText.range(after, through)
                    + "."
                    + kind;
        }
    }

    /**
     * What a drill found: {@code <cluster>/drills/<yyyymmdd>T<hhmmss.mmm>Z.json}.
     *
     * @param startedAt by the clock of the machine that drilled; whole milliseconds
     */
    record OfDrill(ClusterName cluster, Instant startedAt) implements ObjectKey {
        public OfDrill {
            startedAt = startedAt.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public String text() {
            return KeyPrefix.drills(cluster) + ObjectKeyText.MOMENT.format(startedAt) + ".json";
        }
    }

    /**
     * What a standby said of itself: {@code <cluster>/standbys/<id>/<yyyymmdd>T<hhmmss.mmm>Z.json}.
     *
     * @param id of the standby, the same from its beginning to its promotion
     * @param seenAt when, by the clock of its machine; whole milliseconds
     */
    record OfStandby(ClusterName cluster, UUID id, Instant seenAt) implements ObjectKey {
        public OfStandby {
            seenAt = seenAt.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public String text() {
            return KeyPrefix.standbys(cluster)
                    + id
                    + "/"
                    + ObjectKeyText.MOMENT.format(seenAt)
                    + ".json";
        }
    }
}
