package io.tidemark.storage.retention;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.storage.base.BaseStart;
import io.tidemark.storage.catalogue.AbandonedBases;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.retention.UnfinishedBase.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Folders of bases that no manifest makes bases: of snapshots that failed, were cancelled or go on
 * now, and of bases that an earlier run began to remove.
 */
final class UnfinishedBases {
    /** No scan takes so long, whatever limits its rate. */
    private static final Duration VERY_OLD = Duration.ofDays(30);

    private final ObjectStore store;
    private final EndedSnapshots ended;
    private final Instant now;
    private final Set<BasePlace> abandoned;

    UnfinishedBases(
            ObjectStore store, EndedSnapshots ended, AbandonedBases abandoned, Instant now) {
        this.store = store;
        this.ended = ended;
        this.now = now;
        this.abandoned = abandoned.places();
    }

    /**
     * @param whole the places that are bases
     */
    List<UnfinishedBase> find(Catalogue catalogue, Set<BasePlace> whole) {
        List<UnfinishedBase> found = new ArrayList<>();
        for (BasePlace place : catalogue.basePlaces()) {
            if (!whole.contains(place)) {
                found.add(judge(place));
            }
        }
        return found;
    }

    private UnfinishedBase judge(BasePlace place) {
        if (store.head(KeyPrefix.pruneMark(place)).isPresent()) {
            return new UnfinishedBase(
                    place, Fate.BEING_REMOVED, "an earlier prune began to remove it");
        } else if (abandoned.contains(place)) {
            return new UnfinishedBase(place, Fate.GIVEN_UP, "written after it had been given up");
        } else if (ended.hasEnded(place.snapshotId())) {
            return new UnfinishedBase(place, Fate.GIVEN_UP, "its snapshot has ended without it");
        }
        return byAge(place);
    }

    private UnfinishedBase byAge(BasePlace place) {
        Optional<BaseStart> start = BaseStart.find(store, place);
        if (start.isEmpty()) {
            return new UnfinishedBase(place, Fate.STAYS, "it has no start: its age is not known");
        }
        Instant begun = start.get().catalogueThrough().toInstant();
        return begun.plus(VERY_OLD).isBefore(now)
                ? new UnfinishedBase(place, Fate.GIVEN_UP, "begun " + begun + " and never finished")
                : new UnfinishedBase(
                        place, Fate.STAYS, "begun " + begun + "; its snapshot may still go on");
    }
}
