package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;

/** What a lock is about: the whole cluster, or one replica set of it. */
public record LockName(String text) {
    /** Its holder leads the only operation there is. */
    public static final LockName CLUSTER = new LockName("cluster");

    public static LockName of(ReplicaSet replicaSet) {
        return new LockName("replicaSet/" + replicaSet);
    }

    @Override
    public String toString() {
        return text;
    }
}
