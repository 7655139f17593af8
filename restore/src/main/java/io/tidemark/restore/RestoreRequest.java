package io.tidemark.restore;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be restored, and where to.
 *
 * @param bucket the archive; stays open, and the caller's
 * @param keys for archives whose frames are sealed
 * @param cluster the cluster's name in the archive
 * @param to the last cluster time whose changes are in
 * @param targets connection strings by replica set name as in the archive; {@code config} always
 *     means the config servers
 * @param placement where the restored cluster differs from the archive's
 * @param external what is said of the base that the targets hold already; empty to load a base of
 *     the archive into empty targets
 */
public record RestoreRequest(
        ObjectStore bucket,
        FrameKeys keys,
        ClusterName cluster,
        ClusterTime to,
        Map<String, String> targets,
        RestoreOptions options,
        Safety safety,
        Placement placement,
        Optional<ExternalBase> external) {
    /** The name under which the config servers' target may be given. */
    public static final String CONFIG = "config";

    /** The name of one target that takes the whole cluster, or what is selected of it. */
    public static final String MERGED = "merged";

    public RestoreRequest {
        targets = Map.copyOf(targets);
    }

    public RestoreRequest(
            ObjectStore bucket, ClusterName cluster, ClusterTime to, Map<String, String> targets) {
        this(bucket, FrameKeys.NONE, cluster, to, targets, RestoreOptions.defaults());
    }

    public RestoreRequest(
            ObjectStore bucket,
            FrameKeys keys,
            ClusterName cluster,
            ClusterTime to,
            Map<String, String> targets,
            RestoreOptions options) {
        this(bucket, keys, cluster, to, targets, options, Safety.DEFAULT);
    }

    /** Into the archive's topology. */
    public RestoreRequest(
            ObjectStore bucket,
            FrameKeys keys,
            ClusterName cluster,
            ClusterTime to,
            Map<String, String> targets,
            RestoreOptions options,
            Safety safety) {
        this(bucket, keys, cluster, to, targets, options, safety, Placement.SAME);
    }

    /** True if all replica sets go into one target. */
    public boolean isMerged() {
        return targets.containsKey(MERGED);
    }

    /** From a base of the archive. */
    public RestoreRequest(
            ObjectStore bucket,
            FrameKeys keys,
            ClusterName cluster,
            ClusterTime to,
            Map<String, String> targets,
            RestoreOptions options,
            Safety safety,
            Placement placement) {
        this(bucket, keys, cluster, to, targets, options, safety, placement, Optional.empty());
    }

    /** The same to another time. */
    public RestoreRequest at(ClusterTime time) {
        return new RestoreRequest(
                bucket, keys, cluster, time, targets, options, safety, placement, external);
    }

    /** The same over a base that the targets hold. */
    public RestoreRequest over(ExternalBase base) {
        return new RestoreRequest(
                bucket, keys, cluster, to, targets, options, safety, placement, Optional.of(base));
    }

    @Override
    public String toString() {
        // Connection strings may hold passwords.
        return "restore of " + cluster + " to " + to + " into " + targets.keySet();
    }
}
