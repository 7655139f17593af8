package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationWork;
import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotLead;
import io.tidemark.capture.snapshot.SnapshotMembers;
import io.tidemark.capture.snapshot.SnapshotWork;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameCodecs;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.MemoryBudget;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent with a bucket can do beside tailing: base snapshots. */
public final class SnapshotOperations implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotOperations.class);
    private final Optional<ObjectStore> store;
    private final Map<OperationKind, OperationWork> works;

    private SnapshotOperations(
            Optional<ObjectStore> store, Map<OperationKind, OperationWork> works) {
        this.store = store;
        this.works = Map.copyOf(works);
    }

    /**
     * Opens no connection yet.
     *
     * @throws ConfigException if the key ring can't be read
     */
    public static SnapshotOperations of(CaptureConfig config) {
        if (config.snapshots().isEmpty()) {
            LOGGER.atInfo().log(
                    "This agent takes no part in base snapshots: it has no setting 'bucket'");
            return new SnapshotOperations(Optional.empty(), Map.of());
        }
        SnapshotConfig snapshots = config.snapshots().get();
        FrameOptions frames = frames(snapshots);
        ObjectStore store = snapshots.bucket().open();
        SnapshotMembers members =
                new MongoSnapshotMembers(
                        new MongoAccess(
                                new ConnectionString(config.source().uri().value()),
                                config.source().timeout()));
        SnapshotBucket bucket = new SnapshotBucket(store, frames, snapshots.settings());
        OperationWork work =
                new OperationWork(
                        new SnapshotWork(config.cluster(), members, bucket),
                        new SnapshotLead(config.cluster(), members, store));
        return new SnapshotOperations(Optional.of(store), Map.of(OperationKind.SNAPSHOT, work));
    }

    private static FrameOptions frames(SnapshotConfig config) {
        FrameOptions frames =
                new FrameOptions(
                        config.compressionLevel(),
                        FrameOptions.DEFAULT_FRAME_BYTES,
                        Optional.empty(),
                        new MemoryBudget(config.memoryBytes()),
                        config.spillFolder(),
                        new FrameCodecs(config.compressionLevel()));
        if (config.keyRing().isEmpty()) {
            return frames;
        }
        try {
            return frames.withKeys(FileKeyRing.read(config.keyRing().get()));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of(
                            "encryption.keys: the key ring "
                                    + config.keyRing().get()
                                    + " can't be read: "
                                    + e));
        }
    }

    /** For the agent; empty if it can do none. */
    public Map<OperationKind, OperationWork> works() {
        return works;
    }

    /** To be closed after the agent. */
    @Override
    public void close() {
        store.ifPresent(ObjectStore::close);
    }
}
