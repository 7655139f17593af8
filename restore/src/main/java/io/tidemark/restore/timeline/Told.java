package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.tag.Observation;
import java.util.List;
import java.util.Optional;

/**
 * What one step through a replica set's oplog has to tell.
 *
 * @param observations in order
 * @param missing what is missing behind them
 * @param anew true if that is because the replica set was created anew
 * @param through with all this its oplog is told up to here
 */
record Told(
        List<Observation> observations,
        Optional<Gap> missing,
        boolean anew,
        ClusterTime through,
        long entries,
        Optional<SliceDamage> damage) {
    static Told entries(List<Observation> observations, ClusterTime through, long entries) {
        return new Told(observations, Optional.empty(), false, through, entries, Optional.empty());
    }

    static Told hole(Gap gap, boolean anew) {
        return new Told(List.of(), Optional.of(gap), anew, gap.through(), 0, Optional.empty());
    }

    static Told damaged(List<Observation> before, Gap gap, SliceDamage damage) {
        return new Told(before, Optional.of(gap), false, gap.through(), 0, Optional.of(damage));
    }

    void tell(ReplicaSet set, TimelineFold fold) {
        observations.forEach(fold::observe);
        missing.ifPresent(
                gap -> {
                    if (anew) {
                        fold.incarnationChanged(set, gap.after(), gap.through().next());
                    } else {
                        fold.gap(set, gap);
                    }
                });
        fold.captured(set, through);
        fold.archived(set, through);
    }
}
