package io.tidemark.capture.schedule;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/** What base snapshots of the whole cluster there are. */
@FunctionalInterface
public interface Bases {
    /**
     * The newest one.
     *
     * @param covers what it holds exactly, whatever was before: replay begins here
     * @param usableFrom from when it serves restores
     */
    record Newest(ClusterTime covers, ClusterTime usableFrom) {}

    /**
     * @throws io.tidemark.storage.object.StorageException if the bucket can't tell
     */
    Optional<Newest> newest();
}
