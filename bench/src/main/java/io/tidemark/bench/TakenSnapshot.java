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
     * @param id of the snapshot, another one each time
     */
    static void take(
            SourceData source, SnapshotBucket bucket, String id, SnapshotShare.Progress progress)
            throws InterruptedException {
        MongoAccess access = new MongoAccess(new ConnectionString(source.uri()), TIMEOUT);
        try (SnapshotSource member =
                new MongoSnapshotMembers(access)
                        .open(source.member(), bucket.settings().threads(), bucket.batchBytes())) {
            BasePlace place =
                    new BasePlace(
                            new ClusterName("bench"),
                            member.incarnation(),
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
            new ReplicaSetSnapshot(member, bucket, share).run();
        }
    }
}
