package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;

/**
 * What an agent said of itself and a replica set.
 *
 * @param why it is unsuitable; of a suitable one, the member it would read from
 */
public record Candidate(
        OperationId operation, ReplicaSet replicaSet, String agent, boolean suitable, String why) {}
