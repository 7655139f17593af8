package io.tidemark.cli.verify;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether each replica set has something for a restore to begin with: a base, or a record from its
 * first entry on. All that is there may be whole and still restore nothing, as in a bucket whose
 * manifests were lost, or before the first snapshot has ended.
 */
final class StartCheck {
    private final Catalogue catalogue;
    private final Findings findings;

    StartCheck(ObjectStore store, ClusterName cluster, Findings findings) {
        this.catalogue = new Catalogue(store, cluster);
        this.findings = findings;
    }

    void run() {
        Map<ReplicaSet, String> folders = new TreeMap<>();
        Set<ReplicaSet> started = new TreeSet<>();
        for (ArchivedReplicaSet life : catalogue.replicaSets()) {
            folders.put(
                    life.replicaSet(),
                    KeyPrefix.oplog(life.cluster(), life.incarnation(), life.replicaSet()));
            if (catalogue.beginsWithBirth(life)) {
                started.add(life.replicaSet());
            }
        }
        catalogue.bases().forEach(base -> started.add(base.replicaSet()));
        Map<ReplicaSet, Set<String>> unfinished = new TreeMap<>();
        for (BasePlace place : catalogue.basePlaces()) {
            folders.putIfAbsent(place.replicaSet(), KeyPrefix.base(place));
            unfinished
                    .computeIfAbsent(place.replicaSet(), set -> new TreeSet<>())
                    .add(place.snapshotId());
        }
        folders.keySet().removeAll(started);
        folders.forEach(
                (set, folder) ->
                        findings.problem(problem(folder, unfinished.getOrDefault(set, Set.of()))));
    }

    private static Problem problem(String folder, Set<String> unfinished) {
        String what = "has no base, and no record from the replica set's first entry on";
        String means = "no time of a cluster with this replica set can be restored";
        if (unfinished.isEmpty()) {
            return new Problem(
                    folder,
                    what,
                    means,
                    "take a base snapshot, or import a dump; if you keep the bases elsewhere"
                            + " (restore --base external), say so by verify --base external");
        }
        return new Problem(
                folder,
                what + "; of " + unfinished + " there are parts without a manifest",
                means,
                "if a snapshot or an import goes on, verify when it has ended; if a manifest was"
                        + " lost, bring it back from a copy of the bucket; else take a base"
                        + " snapshot, or import again");
    }
}
