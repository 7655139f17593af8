package io.tidemark.cli.restore;

import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.object.ObjectStore;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much a restore has to do.
 *
 * @param to the restored time
 */
record RestoreSize(
        ClusterTime to, Map<ReplicaSet, Long> baseDocuments, Map<ReplicaSet, ClusterTime> from) {
    static RestoreSize of(PreparedRestore prepared, ObjectStore bucket) {
        RestorePlan plan = prepared.plan();
        Map<ReplicaSet, Long> documents = new TreeMap<>();
        Map<ReplicaSet, ClusterTime> from = new TreeMap<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            // What lies in the target is not loaded.
            set.base()
                    .filter(place -> !prepared.held().containsKey(set.replicaSet()))
                    .ifPresent(
                            place ->
                                    documents.put(
                                            set.replicaSet(),
                                            documents(BaseManifest.read(bucket, place))));
            // A set that is restored from its first entry on begins with its first slice.
            ClusterTime begin =
                    set.replayAfter().equals(ClusterTime.ZERO) && set.links().size() > 1
                            ? set.links().get(0).readThrough()
                            : set.replayAfter();
            from.put(set.replicaSet(), begin);
        }
        return new RestoreSize(plan.to(), documents, from);
    }

    private static long documents(BaseManifest manifest) {
        return manifest.collections().stream()
                .flatMap(collection -> collection.parts().stream())
                .mapToLong(BasePart::documents)
                .sum();
    }

    /** 0 where nobody knows. */
    long baseDocuments(ReplicaSet set) {
        return baseDocuments.getOrDefault(set, 0L);
    }

    ClusterTime from(ReplicaSet set) {
        return from.getOrDefault(set, ClusterTime.ZERO);
    }
}
