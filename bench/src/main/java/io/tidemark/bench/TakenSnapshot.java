package io.tidemark.bench;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.capture.snapshot.ReplicaSetSnapshot;
import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotShare;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.time.Duration;
import java.util.Optional;

/** A fuzzy base snapshot of a benchmark's replica set, as an agent takes it. */
final class TakenSnapshot {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private TakenSnapshot() {}

    /**
     * Returns when the base exists.
     *
     * @param member the address of the one that is read
     * @param id of the snapshot, another one each time
     */
    static void take(
            String uri,
            String member,
            SnapshotBucket bucket,
            String id,
            SnapshotShare.Progress progress)
            throws InterruptedException {
        MongoAccess access = new MongoAccess(new ConnectionString(uri), TIMEOUT);
        try (SnapshotSource source =
                new MongoSnapshotMembers(access)
                        .open(member, bucket.settings().threads(), bucket.batchBytes())) {
            BasePlace place =
                    new BasePlace(
                            new ClusterName("bench"),
                            source.incarnation(),
                            id,
                            new ReplicaSet("bench"));
            SnapshotShare share =
                    new SnapshotShare(
                            place,
                            ReplicaSetRole.shard("bench"),
                            Optional.empty(),
                            1,
                            () -> {},
                            progress);
            new ReplicaSetSnapshot(source, bucket, share).run();
        }
    }
}
