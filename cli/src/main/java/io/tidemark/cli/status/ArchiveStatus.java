package io.tidemark.cli.status;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Topology;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the bucket tells.
 *
 * @param archivedUntil by replica set: the end of its last slice
 * @param roles of those whose role is known
 * @param gaps known holes
 * @param lastBase from when on the newest base serves restores
 * @param restorableUntil the latest cluster time to which the whole cluster can be restored; empty
 *     if none
 * @param hindrance why the latest archived time can't be restored, where that is so
 */
record ArchiveStatus(
        Map<ReplicaSet, ClusterTime> archivedUntil,
        Map<ReplicaSet, ReplicaSetRole> roles,
        List<ObjectKey.OfGap> gaps,
        Optional<ClusterTime> lastBase,
        Optional<ClusterTime> restorableUntil,
        Optional<String> hindrance) {

    static ArchiveStatus read(ObjectStore store, ClusterName cluster) {
        Catalogue catalogue = new Catalogue(store, cluster);
        Topology topology = Topology.read(store, catalogue);
        Map<ReplicaSet, ClusterTime> archived = new TreeMap<>();
        Map<ReplicaSet, ReplicaSetRole> roles = new TreeMap<>();
        List<ObjectKey.OfGap> gaps = new ArrayList<>();
        for (ArchivedReplicaSet life : catalogue.replicaSets()) {
            catalogue
                    .last(life)
                    .ifPresent(
                            end ->
                                    archived.merge(
                                            life.replicaSet(),
                                            Catalogue.through(end),
                                            ClusterTime::max));
            topology.role(life).ifPresent(role -> roles.put(life.replicaSet(), role));
            gaps.addAll(gaps(catalogue, life));
        }
        Optional<ClusterTime> end = archived.values().stream().min(Comparator.naturalOrder());
        Optional<String> hindrance = end.flatMap(time -> hindrance(store, catalogue, time));
        return new ArchiveStatus(
                archived,
                roles,
                gaps,
                lastBase(store, catalogue),
                hindrance.isEmpty() ? end : Optional.empty(),
                hindrance);
    }

    /** The planner decides, so that status and restore never say different things. */
    private static Optional<String> hindrance(
            ObjectStore store, Catalogue catalogue, ClusterTime time) {
        try {
            RestorePlan.choose(time, new BucketFacts(store, catalogue), Optional.empty());
            return Optional.empty();
        } catch (RestoreException.NotCovered | RestoreException.ArchiveDamaged refused) {
            return Optional.of(refused.getMessage());
        }
    }

    private static List<ObjectKey.OfGap> gaps(Catalogue catalogue, ArchivedReplicaSet life) {
        try (Stream<ObjectKey> ranges = catalogue.ranges(life, ClusterTime.ZERO)) {
            return ranges.filter(ObjectKey.OfGap.class::isInstance)
                    .map(ObjectKey.OfGap.class::cast)
                    .toList();
        }
    }

    private static Optional<ClusterTime> lastBase(ObjectStore store, Catalogue catalogue) {
        return catalogue.bases().stream()
                .map((BasePlace place) -> BaseManifest.read(store, place).usableFrom())
                .max(Comparator.naturalOrder());
    }
}
