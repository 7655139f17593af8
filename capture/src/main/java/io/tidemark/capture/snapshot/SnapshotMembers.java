package io.tidemark.capture.snapshot;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.schemas.model.ClusterTime;
import java.util.Collection;
import java.util.Optional;

/** Opens members for scans. */
public interface SnapshotMembers {
    /**
     * @param address {@code host:port}
     * @param connections how many threads will read at once
     * @param batchBytes about how many bytes of documents one request shall bring
     */
    SnapshotSource open(String address, int connections, int batchBytes);

    /** Any member of the replica set that answers. */
    SnapshotSource any(SourceSet set);

    /**
     * Moves all oplogs past one cluster time by a note in each.
     *
     * @return a time that every replica set has reached; empty if the user may not append notes
     */
    Optional<ClusterTime> freshCut(Collection<SourceSet> sets);
}
