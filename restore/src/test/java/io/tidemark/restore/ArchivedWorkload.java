package io.tidemark.restore;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bson.BsonTimestamp;

/** A workload that has run, with its archive from the first entry on. */
final class ArchivedWorkload implements AutoCloseable {
    final ClusterWorkload workload;
    private final TestArchive archive;
    private final List<BsonTimestamp> safe;

    /**
     * @param workload closed with this
     */
    ArchivedWorkload(ClusterWorkload workload, Path folder) {
        this.workload = workload;
        this.archive = new TestArchive(folder);
        workload.archive(archive);
        this.safe = workload.safeTimes();
    }

    /** A safe time well before the end. */
    BsonTimestamp then() {
        return safe.get(safe.size() * 3 / 4);
    }

    /** The last safe time. */
    BsonTimestamp end() {
        return safe.get(safe.size() - 1);
    }

    /** A restore one to one. */
    RestoreRequest request(
            BsonTimestamp time,
            ServerTargets targets,
            RestoreOptions options,
            Replacement replacement) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                ClusterTime.of(time),
                targets.uris(),
                options,
                Safety.DEFAULT,
                new Placement(Map.of(), Map.of(), List.of(), replacement));
    }

    @Override
    public void close() {
        archive.close();
        workload.close();
    }
}
