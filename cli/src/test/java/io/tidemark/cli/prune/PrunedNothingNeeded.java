package io.tidemark.cli.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What restores to kept times read is there after a prune, however it ended; and no time can be
 * restored that could not before.
 */
final class PrunedNothingNeeded {
    private final Map<ClusterTime, RestorePlan> before;

    PrunedNothingNeeded(ObjectStore bucket, Collection<ClusterTime> times) {
        this.before = plans(bucket, times);
    }

    /** How many of the kept times can be restored at all. */
    long restorable(Predicate<ClusterTime> kept) {
        return before.keySet().stream().filter(kept).count();
    }

    /**
     * @param kept by the rule
     * @param asked at least all times that were asked before
     */
    void check(
            ObjectStore bucket,
            Collection<ClusterTime> asked,
            Predicate<ClusterTime> kept,
            String when) {
        Map<ClusterTime, RestorePlan> after = plans(bucket, asked);
        List<String> wrong = new ArrayList<>();
        before.forEach(
                (time, plan) -> {
                    if (kept.test(time) && !plan.equals(after.get(time))) {
                        wrong.add(time + " is kept: " + plan + " became " + after.get(time));
                    }
                });
        after.forEach(
                (time, plan) -> {
                    if (!before.containsKey(time)) {
                        wrong.add(time + " was refused, and now is planned: " + plan);
                    }
                });
        assertThat(wrong).as(when).isEmpty();
    }

    private static Map<ClusterTime, RestorePlan> plans(
            ObjectStore bucket, Collection<ClusterTime> times) {
        Catalogue catalogue = new Catalogue(bucket, RandomBucket.CLUSTER);
        BucketFacts facts = new BucketFacts(bucket, catalogue);
        Map<ClusterTime, RestorePlan> plans = new TreeMap<>();
        for (ClusterTime time : times) {
            try {
                plans.put(time, RestorePlan.choose(time, facts, Optional.empty()));
            } catch (RestoreException.NotCovered | RestoreException.ArchiveDamaged refused) {
                continue;
            }
        }
        return plans;
    }
}
