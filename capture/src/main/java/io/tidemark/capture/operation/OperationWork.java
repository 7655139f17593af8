package io.tidemark.capture.operation;

import java.util.Objects;

/** Both halves of one kind of operation. */
public record OperationWork(ReplicaSetWork replicaSet, LeaderWork leader) {
    public OperationWork {
        Objects.requireNonNull(replicaSet, "replicaSet");
        Objects.requireNonNull(leader, "leader");
    }
}
