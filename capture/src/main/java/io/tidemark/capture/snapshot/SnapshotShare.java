package io.tidemark.capture.snapshot;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.util.Optional;

/**
 * One replica set's share of a snapshot.
 *
 * @param readAt the cluster time of snapshot reads, the same for all replica sets; empty for a
 *     fuzzy scan
 * @param token of this run, greater than those of earlier runs of the same share
 * @param fence asked before everything that is written
 */
public record SnapshotShare(
        BasePlace place,
        ReplicaSetRole role,
        Optional<ClusterTime> readAt,
        long token,
        Fence fence,
        Progress progress) {
    /** Whether this run may still write. */
    @FunctionalInterface
    public interface Fence {
        /** Throws if another one took over. */
        void check();
    }

    /** Told what was done; by several threads. */
    public interface Progress {
        /** Silent. */
        Progress NONE =
                new Progress() {
                    @Override
                    public void expect(long documents, long bytes) {
                        // Nobody asked.
                    }

                    @Override
                    public void add(long documents, long bytes) {
                        // Nobody asked.
                    }
                };

        void expect(long documents, long bytes);

        void add(long documents, long bytes);
    }
}
