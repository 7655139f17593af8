package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.OperationFailedException;
import io.tidemark.capture.operation.OperationProgress;
import io.tidemark.capture.operation.ReplicaSetTask;
import io.tidemark.capture.operation.ReplicaSetWork;
import io.tidemark.capture.tail.OplogLostException;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.SnapshotManifest;
import java.util.Map;

/** One replica set's part of the operation "snapshot". */
public final class SnapshotWork implements ReplicaSetWork {
    static final String INCARNATION = "incarnation";
    private final ClusterName cluster;
    private final SnapshotMembers members;
    private final SnapshotBucket bucket;

    public SnapshotWork(ClusterName cluster, SnapshotMembers members, SnapshotBucket bucket) {
        this.cluster = cluster;
        this.members = members;
        this.bucket = bucket;
    }

    @Override
    public Map<String, String> run(ReplicaSetTask task) throws InterruptedException {
        SnapshotPlan plan = SnapshotPlan.of(task.plan());
        SnapshotBucket limited = bucket.limitedTo(plan.bytesPerSecond());
        try (SnapshotSource source =
                members.open(
                        task.member().address(),
                        limited.settings().threads(),
                        limited.batchBytes())) {
            BasePlace place =
                    new BasePlace(
                            cluster, source.incarnation(), task.id().text(), task.replicaSet());
            SnapshotShare share =
                    new SnapshotShare(
                            place,
                            task.source().role(),
                            plan.readAt(),
                            task.token(),
                            task.fence()::check,
                            progress(task.progress()));
            return facts(new ReplicaSetSnapshot(source, limited, share).run());
        } catch (SourceRefusedException | OplogLostException e) {
            throw new OperationFailedException(e.getMessage(), e);
        }
    }

    private static Map<String, String> facts(BaseManifest manifest) {
        SnapshotManifest.Member member = SnapshotManifest.Member.of(manifest);
        return Map.of(
                INCARNATION,
                manifest.place().incarnation().id(),
                "replayFrom",
                manifest.replayFrom().toString(),
                "usableFrom",
                manifest.usableFrom().toString(),
                "documents",
                Long.toString(member.documents()),
                "rawBytes",
                Long.toString(member.rawBytes()));
    }

    private static SnapshotShare.Progress progress(OperationProgress told) {
        return new SnapshotShare.Progress() {
            @Override
            public void expect(long documents, long bytes) {
                told.expect(documents, bytes);
            }

            @Override
            public void add(long documents, long bytes) {
                told.add(documents, bytes);
            }
        };
    }
}
