package io.tidemark.restore.merge;

import io.tidemark.restore.replay.CollectionState;
import io.tidemark.schemas.model.Namespace;

/**
 * A collection of the cluster, whole.
 *
 * @param source its name in the archive
 * @param name its name in the target
 * @param place where it waits for that
 * @param shard whose part took in the others'
 * @param state of that part
 */
record MergedCollection(
        Namespace source,
        Namespace name,
        Namespace place,
        StagedShard shard,
        CollectionState state) {
    /**
     * Whether it gets its name by a rename. Servers rename neither time-series collections nor into
     * another database.
     */
    boolean isRenamed() {
        return !Naming.isBuckets(source) && place.database().equals(name.database());
    }
}
