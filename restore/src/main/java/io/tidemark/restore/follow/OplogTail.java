package io.tidemark.restore.follow;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.slice.SliceHeader;
import java.util.Iterator;
import java.util.Optional;

/**
 * Entries of a source that are published, and perhaps not archived yet. What it gives are the same
 * entries in the same order as the archive will hold. Used by one thread at a time for each replica
 * set.
 */
public interface OplogTail extends AutoCloseable {
    /** There is none: the archive alone is followed. */
    OplogTail NONE =
            new OplogTail() {
                @Override
                public Optional<ClusterTime> reach(ReplicaSet replicaSet, SliceHeader last) {
                    return Optional.empty();
                }

                @Override
                public Iterator<OplogEntry> read(
                        ReplicaSet replicaSet, ClusterTime after, ClusterTime through) {
                    throw new IllegalStateException("nothing is published");
                }

                @Override
                public OplogEntry entry(ReplicaSet replicaSet, ClusterTime at) {
                    throw new IllegalStateException("nothing is published");
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };

    /**
     * Up to which entry the published ones follow the archived ones without a hole.
     *
     * @param last the newest slice
     * @return empty if they can't be put behind it: nothing newer is published, a gap follows, or
     *     the topic is another one than the slice was made of
     * @throws io.tidemark.restore.RestoreException.ArchiveDamaged if the topic lost entries before
     *     they were archived
     */
    Optional<ClusterTime> reach(ReplicaSet replicaSet, SliceHeader last);

    /** Entries in {@code (after, through]}; both lie within what {@link #reach} said last. */
    Iterator<OplogEntry> read(ReplicaSet replicaSet, ClusterTime after, ClusterTime through);

    /** One entry again that {@link #read} has given. */
    OplogEntry entry(ReplicaSet replicaSet, ClusterTime at);

    @Override
    void close();
}
