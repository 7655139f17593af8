package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.UUID;

/** The prefixes to list by. */
public final class KeyPrefix {
    private KeyPrefix() {}

    /** Everything of one cluster; its next level are the incarnations. */
    public static String cluster(ClusterName cluster) {
        return cluster + "/";
    }

    /** The oplogs of one incarnation; the next level are the replica sets. */
    public static String oplogs(ClusterName cluster, Incarnation incarnation) {
        return cluster + "/" + incarnation + "/oplog/";
    }

    /** The slices and gaps of one replica set, in the order of time. */
    public static String oplog(
            ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet) {
        return ObjectKeyText.oplogFolder(cluster, incarnation, replicaSet);
    }

    /**
     * A key that sorts just before every slice and gap of the replica set that ends in or after the
     * hour of {@code time}: list from here to skip what ended before.
     */
    public static String oplogFrom(
            ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet, ClusterTime time) {
        return ObjectKeyText.oplogFolder(cluster, incarnation, replicaSet)
                + ObjectKeyText.HOUR.format(time.toInstant());
    }

    /** The bases of one incarnation. */
    public static String bases(ClusterName cluster, Incarnation incarnation) {
        return cluster + "/" + incarnation + "/base/";
    }

    /** Everything of one replica set's base. */
    public static String base(BasePlace place) {
        return place.folder();
    }

    /** The key of an object that tells that a base is being removed. */
    public static String pruneMark(BasePlace place) {
        return place.folder() + "pruned";
    }

    /** The bases that were given up unfinished: an object for each. */
    public static String abandoned(ClusterName cluster) {
        return cluster + "/abandoned/";
    }

    /** The key of the object that tells that a base never comes to be. */
    public static String abandoned(BasePlace place) {
        return abandoned(place.cluster())
                + place.snapshotId()
                + "/"
                + place.incarnation()
                + "/"
                + place.replicaSet();
    }

    /** The snapshots that must stay: an object for each, named by its id. */
    public static String holds(ClusterName cluster) {
        return cluster + "/holds/";
    }

    /** The key of the object that holds a snapshot. */
    public static String hold(ClusterName cluster, String snapshotId) {
        ObjectKeyText.requireId("snapshot id", snapshotId);
        return holds(cluster) + snapshotId;
    }

    /** Notes of those who restore from the archive or remove from it now. */
    public static String turns(ClusterName cluster) {
        return cluster + "/turns/";
    }

    /** What standbys say of themselves; by standby, in the order of time. */
    public static String standbys(ClusterName cluster) {
        return cluster + "/standbys/";
    }

    /** What drills found, in the order of their start. */
    public static String drills(ClusterName cluster) {
        return cluster + "/drills/";
    }

    /** The parts of one collection of a base, in the order of range, number, token. */
    public static String baseParts(BasePlace place, UUID collection) {
        return place.folder() + collection + "/";
    }

    /** Windows and events; the next levels are year, month and day. */
    public static String timeline(ClusterName cluster, Incarnation incarnation) {
        return ObjectKeyText.timelineFolder(cluster, incarnation);
    }

    /**
     * A key that sorts just before every timeline object that ends on or after the day of {@code
     * time}.
     */
    public static String timelineFrom(
            ClusterName cluster, Incarnation incarnation, ClusterTime time) {
        return ObjectKeyText.timelineFolder(cluster, incarnation) + ObjectKeyText.day(time);
    }
}
