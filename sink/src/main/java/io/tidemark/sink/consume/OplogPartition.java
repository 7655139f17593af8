package io.tidemark.sink.consume;

import io.tidemark.schemas.model.ReplicaSet;

/** One replica set's topic: it has one partition. */
public record OplogPartition(String topic, ReplicaSet replicaSet) {
    @Override
    public String toString() {
        return topic;
    }
}
