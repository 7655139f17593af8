package io.tidemark.cli.snapshot;

import io.tidemark.capture.operation.LeaderTask;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.snapshot.ReplicaSetSnapshot;
import io.tidemark.capture.snapshot.SnapshotBucket;
import io.tidemark.capture.snapshot.SnapshotLead;
import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.capture.snapshot.SnapshotShare;
import io.tidemark.capture.snapshot.SnapshotSource;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Takes snapshots of a living cluster into a bucket, as agents do. */
final class Snapshots {
    static final ClusterName CLUSTER = new ClusterName("living");

    private final LivingCluster living;
    private final ObjectStore bucket;
    private final Random random;
    private final SnapshotSettings settings;
    private long token = 1;

    Snapshots(LivingCluster living, ObjectStore bucket, Random random, SnapshotSettings settings) {
        this.living = living;
        this.bucket = bucket;
        this.random = random;
        this.settings = settings;
    }

    /** What the leader decides. */
    Map<String, String> plan(String id, String method) {
        return new SnapshotLead(CLUSTER, living.members, bucket)
                .begin(task(id, Map.of("method", method)));
    }

    private LeaderTask task(String id, Map<String, String> parameters) {
        return new LeaderTask(
                new OperationId(id), parameters, living.sets(), token, () -> {}, other -> false);
    }

    /** Ends the snapshot of which all replica sets are done. */
    Map<String, String> complete(String id, Map<String, String> plan) {
        Map<ReplicaSet, Map<String, String>> facts = new HashMap<>();
        for (SourceSet set : living.sets()) {
            try (SnapshotSource source = living.members.any(set)) {
                facts.put(set.replicaSet(), Map.of("incarnation", source.incarnation().id()));
            }
        }
        return new SnapshotLead(CLUSTER, living.members, bucket)
                .complete(task(id, Map.of()), plan, facts);
    }

    /** Takes every replica set's share; the process that does is killed after so many calls. */
    void run(String id, Map<String, String> plan, int calls) throws InterruptedException {
        Fate fate = new Fate(random, calls, this::worldGoesOn);
        token++;
        for (SourceSet set : living.sets()) {
            run(id, set, plan, fate);
        }
    }

    private void worldGoesOn() {
        living.live(random.nextInt(3));
    }

    private BaseManifest run(String id, SourceSet set, Map<String, String> plan, Fate fate)
            throws InterruptedException {
        try (SnapshotSource source =
                new WovenSource(living.members.open(set.seeds().get(0), 1, 1 << 20), fate)) {
            BasePlace place = new BasePlace(CLUSTER, source.incarnation(), id, set.replicaSet());
            Optional<ClusterTime> readAt =
                    Optional.ofNullable(plan.get("readAt")).flatMap(ClusterTime::parse);
            SnapshotShare share =
                    new SnapshotShare(
                            place,
                            set.role(),
                            readAt,
                            token,
                            () -> {},
                            SnapshotShare.Progress.NONE);
            SnapshotBucket into =
                    new SnapshotBucket(
                            new MortalBucket(bucket, fate), FrameOptions.defaults(), settings);
            return new ReplicaSetSnapshot(source, into, share).run();
        }
    }
}
