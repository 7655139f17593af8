package io.tidemark.cli.status;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.Safety;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.restore.plan.BucketFacts;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.Drills;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.standby.StandbyNotes;
import io.tidemark.timeline.window.Policy;
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
 * @param gaps known holes behind the start of the newest base
 * @param lastBase from when on the newest base serves restores
 * @param restorableUntil the latest cluster time to which the whole cluster can be restored; empty
 *     if none
 * @param hindrance why the latest archived time can't be restored, where that is so
 * @param timelineStored whether the bucket's timeline says that {@code restorableUntil} is safe;
 *     else it is the last time that is archived everywhere, be it safe or not
 * @param lastDrill whatever it found
 * @param lastProven the last drill that proved a restore
 * @param standbys that follow it, or did and may come back; and notes that can't be read
 */
record ArchiveStatus(
        Map<ReplicaSet, ClusterTime> archivedUntil,
        Map<ReplicaSet, ReplicaSetRole> roles,
        List<ObjectKey.OfGap> gaps,
        Optional<ClusterTime> lastBase,
        Optional<ClusterTime> restorableUntil,
        Optional<String> hindrance,
        boolean timelineStored,
        Optional<DrillResult> lastDrill,
        Optional<DrillResult> lastProven,
        StandbyNotes.Told standbys) {

    /** The end of the last restore window, by the stored timeline. */
    private static Optional<ClusterTime> lastSafe(ClusterTimeline timeline) {
        return timeline.windows(Policy.EXACT).before(ClusterTime.MAX);
    }

    static ArchiveStatus read(ObjectStore store, ClusterName cluster, FrameKeys keys) {
        Catalogue catalogue = new Catalogue(store, cluster);
        BucketFacts facts = new BucketFacts(store, catalogue);
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
            facts.role(life).ifPresent(role -> roles.put(life.replicaSet(), role));
            gaps.addAll(gaps(catalogue, life, facts.bases(life)));
        }
        Optional<ClusterTime> end = archived.values().stream().min(Comparator.naturalOrder());
        Optional<ClusterTimeline> timeline =
                new TimelineLookup(store, keys, cluster).storedWindows();
        Optional<ClusterTime> known = timeline.flatMap(ArchiveStatus::lastSafe).or(() -> end);
        Optional<String> hindrance = known.flatMap(time -> hindrance(facts, timeline, time));
        Drills drills = new Drills(store, cluster);
        return new ArchiveStatus(
                archived,
                roles,
                gaps,
                lastBase(facts),
                hindrance.isEmpty() ? known : Optional.empty(),
                hindrance,
                timeline.isPresent(),
                drills.last(),
                drills.lastProven(),
                new StandbyNotes(store, cluster).told());
    }

    /** The planner decides, so that status and restore never say different things. */
    private static Optional<String> hindrance(
            BucketFacts facts, Optional<ClusterTimeline> timeline, ClusterTime time) {
        try {
            RestorePlan.choose(
                    time, facts, timeline.map(known -> new TimeGuard(known, Safety.DEFAULT)));
            return Optional.empty();
        } catch (RestoreException.NotCovered | RestoreException.ArchiveDamaged refused) {
            return Optional.of(refused.getMessage());
        }
    }

    /** Lists what the newest base needs: gaps before it stand in no restore's way from now on. */
    private static List<ObjectKey.OfGap> gaps(
            Catalogue catalogue, ArchivedReplicaSet life, List<BaseFacts> bases) {
        ClusterTime after =
                bases.stream()
                        .max(Comparator.comparing(BaseFacts::usableFrom))
                        .map(BaseFacts::replayAfter)
                        .orElse(ClusterTime.ZERO);
        try (Stream<ObjectKey> ranges = catalogue.ranges(life, after)) {
            return ranges.filter(ObjectKey.OfGap.class::isInstance)
                    .map(ObjectKey.OfGap.class::cast)
                    .toList();
        }
    }

    private static Optional<ClusterTime> lastBase(BucketFacts facts) {
        return facts.lives().stream()
                .flatMap(life -> facts.bases(life).stream())
                .map(BaseFacts::usableFrom)
                .max(Comparator.naturalOrder());
    }
}
