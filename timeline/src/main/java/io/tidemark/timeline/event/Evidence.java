package io.tidemark.timeline.event;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/**
 * An oplog entry that shows a step of an operation.
 *
 * @param at the entry's cluster time
 * @param replicaSet in whose oplog it stands
 * @param what the step, as the entry names it: {@code moveChunk.start}, {@code drop}, …
 */
public record Evidence(ClusterTime at, ReplicaSet replicaSet, String what) {}
