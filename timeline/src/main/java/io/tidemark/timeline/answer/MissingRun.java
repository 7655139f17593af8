package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.window.Hole;

/**
 * A run {@code (after, through]} of a replica set's oplog that is known to be missing.
 *
 * @param kind {@code gap}, {@code incarnationChange}, or {@code noBase} for what was written before
 *     capture began: a base that covers it makes it harmless
 */
public record MissingRun(
        ReplicaSet replicaSet,
        String kind,
        ClusterTime after,
        String afterUtc,
        ClusterTime through,
        String throughUtc,
        String reason) {

    static MissingRun of(Hole hole) {
        return new MissingRun(
                hole.replicaSet(),
                hole.kind().code(),
                hole.gap().after(),
                Utc.of(hole.gap().after()),
                hole.gap().through(),
                Utc.of(hole.gap().through()),
                hole.gap().reason());
    }
}
