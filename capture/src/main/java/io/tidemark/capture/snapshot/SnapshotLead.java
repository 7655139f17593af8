package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.LeaderTask;
import io.tidemark.capture.operation.LeaderWork;
import io.tidemark.capture.operation.OperationFailedException;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.SnapshotManifest;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The leader's part of the operation "snapshot": before the replica sets begin it chooses the
 * method and the one time that all read at, after the last of them it says that the snapshot is
 * whole.
 */
public final class SnapshotLead implements LeaderWork {
    /** The first release that reads as of a cluster time outside of transactions. */
    private static final int SNAPSHOT_READS_FROM = 5;

    private final ClusterName cluster;
    private final SnapshotMembers members;
    private final ObjectStore store;
    private final AfterSnapshot after;

    public SnapshotLead(ClusterName cluster, SnapshotMembers members, ObjectStore store) {
        this(cluster, members, store, AfterSnapshot.NONE);
    }

    public SnapshotLead(
            ClusterName cluster, SnapshotMembers members, ObjectStore store, AfterSnapshot after) {
        this.after = after;
        this.cluster = cluster;
        this.members = members;
        this.store = store;
    }

    @Override
    public Map<String, String> begin(LeaderTask task) {
        SnapshotRequest request = SnapshotRequest.of(task.parameters());
        if (request.method().equals(Optional.of(BaseMethod.FUZZY))) {
            return SnapshotPlan.fuzzy(request).facts();
        }
        List<ClusterTime> reached = new ArrayList<>();
        for (SourceSet set : task.replicaSets()) {
            try (SnapshotSource member = members.any(set)) {
                String version = member.versions().server();
                if (major(version) < SNAPSHOT_READS_FROM) {
                    return tooOld(request, set, version);
                }
                reached.add(member.state().majority());
            }
        }
        ClusterTime leastReached =
                reached.stream()
                        .min(Comparator.naturalOrder())
                        .orElseThrow(() -> new OperationFailedException("There is no replica set"));
        ClusterTime readAt = members.freshCut(task.replicaSets()).orElse(leastReached);
        return SnapshotPlan.at(readAt, request).facts();
    }

    private static Map<String, String> tooOld(
            SnapshotRequest request, SourceSet set, String version) {
        if (request.method().isPresent()) {
            throw new OperationFailedException(
                    "Replica set "
                            + set.replicaSet()
                            + " runs MongoDB "
                            + version
                            + ", which can't read as of a cluster time. Take the snapshot with"
                            + " --method fuzzy");
        }
        return SnapshotPlan.fuzzy(request).facts();
    }

    private static int major(String version) {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    @Override
    public Map<String, String> complete(
            LeaderTask task, Map<String, String> plan, Map<ReplicaSet, Map<String, String>> facts) {
        List<SnapshotManifest.Member> sets = new ArrayList<>();
        Incarnation lead = Incarnation.UNKNOWN;
        for (SourceSet set : task.replicaSets()) {
            Incarnation incarnation =
                    new Incarnation(facts.get(set.replicaSet()).get(SnapshotWork.INCARNATION));
            BasePlace place =
                    new BasePlace(cluster, incarnation, task.id().text(), set.replicaSet());
            sets.add(SnapshotManifest.Member.of(BaseManifest.read(store, place)));
            if (set.isConfigServer() || task.replicaSets().size() == 1) {
                lead = incarnation;
            }
        }
        SnapshotPlan agreed = SnapshotPlan.of(plan);
        SnapshotManifest manifest =
                new SnapshotManifest(
                        cluster, lead, task.id().text(), agreed.method(), agreed.readAt(), sets);
        task.fence().check();
        manifest.putTo(store);
        Map<String, String> told = new TreeMap<>(after.run(task));
        told.put("snapshotId", task.id().text());
        told.put("method", plan.get(SnapshotPlan.METHOD));
        told.put("usableFrom", manifest.usableFrom().toString());
        told.put("documents", Long.toString(sets.stream().mapToLong(s -> s.documents()).sum()));
        told.put("rawBytes", Long.toString(sets.stream().mapToLong(s -> s.rawBytes()).sum()));
        return told;
    }
}
