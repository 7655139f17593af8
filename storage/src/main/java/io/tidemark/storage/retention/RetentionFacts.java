package io.tidemark.storage.retention;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import io.tidemark.storage.standby.StandbyNote;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an archive holds, as far as retention needs it.
 *
 * @param lives by themselves; of bases without slices too
 * @param holds ids of snapshots that must stay
 * @param standbys that still need something
 */
record RetentionFacts(
        List<StoredBase> bases,
        Map<ArchivedReplicaSet, StoredLife> lives,
        Set<String> holds,
        List<StandbyNote> standbys) {

    static RetentionFacts read(
            ObjectStore store, ClusterName cluster, Set<String> holds, List<StandbyNote> standbys) {
        Catalogue catalogue = new Catalogue(store, cluster);
        List<StoredBase> bases =
                catalogue.bases(
                        manifest ->
                                new StoredBase(
                                        manifest.place(),
                                        manifest.replayAfter(),
                                        manifest.usableFrom(),
                                        manifest.method() == BaseMethod.IMPORT));
        Map<ArchivedReplicaSet, StoredLife> lives = new TreeMap<>();
        for (StoredBase base : bases) {
            lives.computeIfAbsent(base.life(), life -> life(store, catalogue, life));
        }
        for (ArchivedReplicaSet set : catalogue.replicaSets()) {
            lives.computeIfAbsent(set, life -> life(store, catalogue, life));
        }
        return new RetentionFacts(bases, lives, holds, standbys);
    }

    private static StoredLife life(
            ObjectStore store, Catalogue catalogue, ArchivedReplicaSet life) {
        Chain chain = catalogue.chain(life, ClusterTime.ZERO, ClusterTime.MAX);
        Optional<ClusterTime> born =
                chain.unbrokenThrough().isAfter(ClusterTime.ZERO)
                        ? Optional.of(
                                new SliceReader(store, FrameKeys.NONE)
                                        .header(chain.links().get(0).slice())
                                        .first()
                                        .clusterTime())
                        : Optional.empty();
        return new StoredLife(life, chain, born);
    }

    /** Why a snapshot must stay, whatever the rules say. */
    Optional<String> hold(String snapshotId) {
        if (holds.contains(snapshotId)) {
            return Optional.of("held by --keep");
        }
        return standbys.stream()
                .filter(standby -> standby.bases().contains(snapshotId))
                .map(standby -> "standby " + standby.name() + " is loading it")
                .findFirst();
    }
}
