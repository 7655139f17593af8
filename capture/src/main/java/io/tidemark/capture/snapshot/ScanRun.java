package io.tidemark.capture.snapshot;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.PartWriter;
import io.tidemark.storage.frames.FrameOptions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the threads of one scan share. */
final class ScanRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(ScanRun.class);
    private final SnapshotSource source;
    private final SnapshotBucket bucket;
    private final SnapshotShare share;
    private final Optional<ClusterTime> readAt;
    private final AtomicReference<ClusterTime> readThrough;
    private final Set<UUID> readLater = ConcurrentHashMap.newKeySet();
    private final Semaphore paced;
    private volatile boolean stopped;

    ScanRun(
            SnapshotSource source,
            SnapshotBucket bucket,
            SnapshotShare share,
            Optional<ClusterTime> readAt,
            ClusterTime readThrough) {
        this.source = source;
        this.bucket = bucket;
        this.share = share;
        this.readAt = readAt;
        this.readThrough = new AtomicReference<>(readThrough);
        this.paced = new Semaphore(bucket.threadsAtOnce(), true);
    }

    SnapshotSource source() {
        return source;
    }

    SnapshotSettings settings() {
        return bucket.settings();
    }

    Optional<ClusterTime> readAt() {
        return readAt;
    }

    long token() {
        return share.token();
    }

    SnapshotShare.Fence fence() {
        return share.fence();
    }

    PartWriter newPart(UUID collection) {
        BasePlace place = share.place();
        FrameOptions frames = bucket.frames();
        return new PartWriter(bucket.store(), place, collection, frames);
    }

    /**
     * Waits for a turn to ask for documents, to be given back by {@link #took} once they are in a
     * part: what is read at once is bounded, however many threads and scans there are.
     */
    void awaitTurn() throws InterruptedException {
        paced.acquire();
        try {
            bucket.reads().acquire();
        } catch (InterruptedException e) {
            paced.release();
            throw e;
        }
    }

    void took() {
        bucket.reads().release();
        paced.release();
    }

    /** So much was read just now; waits where that is more than the rate allows. */
    void read(long documents, long bytes) throws InterruptedException {
        share.progress().add(documents, bytes);
        bucket.rate().take(bytes);
    }

    /** An earlier run read and put so much. */
    void found(BasePart part) {
        share.progress().add(part.documents(), part.rawBytes());
    }

    /** Nothing was read as of a later time than the latest of these. */
    void readThrough(ClusterTime time) {
        readThrough.accumulateAndGet(time, (a, b) -> a.isAfter(b) ? a : b);
    }

    ClusterTime readThrough() {
        return readThrough.get();
    }

    void lostSnapshot(SnapshotSource.Listed collection, SnapshotLostException reason) {
        if (readLater.add(collection.uuid())) {
            LOGGER.atInfo()
                    .addKeyValue("replicaSet", share.place().replicaSet())
                    .addKeyValue("collection", collection.namespace())
                    .addKeyValue("clusterTime", readAt.map(ClusterTime::toString).orElse("none"))
                    .addKeyValue("error", reason.getMessage())
                    .log("Collection can't be read at the snapshot's time; read as it is now");
        }
    }

    /** How many collections were not read at the snapshot's time. */
    int readLater() {
        return readLater.size();
    }

    /** After the failure of one thread the others need not go on. */
    void stop() {
        stopped = true;
    }

    void requireGoingOn() throws InterruptedException {
        if (stopped || Thread.interrupted()) {
            throw new InterruptedException("the scan was stopped");
        }
    }
}
