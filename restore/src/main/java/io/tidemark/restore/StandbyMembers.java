package io.tidemark.restore;

import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.follow.Cuts;
import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimeGuard;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which replica sets a standby follows from now on, where other targets are named than before: it
 * takes in a shard that joins its source, and leaves out one that leaves it. Only as the archive
 * tells: a target that was forgotten, or named in vain, is refused.
 */
final class StandbyMembers {
    private final RestoreRequest request;
    private final ArchiveFacts archive;
    private final StandbyMarks marks;
    private final ClusterTime newest;
    private final TimeGuard guard;

    /**
     * @param delay so far behind what is archived the standby stays
     */
    StandbyMembers(
            RestoreRequest request, ArchiveFacts archive, StandbyMarks marks, Duration delay) {
        this.request = request;
        this.archive = archive;
        this.marks = marks;
        ClusterTimeline timeline =
                new TimelineLookup(request.bucket(), request.keys(), request.cluster())
                        .findWindows(entries -> {});
        this.newest = Cuts.behind(timeline.watermark(), delay);
        this.guard = new TimeGuard(timeline, request.safety());
    }

    /** The same with the shards that join. */
    StandbyMarks changed() {
        Set<ReplicaSet> before = followedBefore();
        requireLeft(before);
        TreeMap<ReplicaSet, StandbyMarks.Joining> joining = new TreeMap<>();
        for (String name : marks.unmarked()) {
            ReplicaSet set = new ReplicaSet(name);
            if (before.contains(set) && marks.isJustMarked()) {
                // Cut off while it marked its targets: this one begins as the others do.
                joining.put(set, joining(set, marks.through()));
                continue;
            }
            if (before.contains(set) || !mayBeMember(set)) {
                throw new RestoreException.TargetRefused(
                        "The target of "
                                + name
                                + " holds no part of the standby that the other ones hold: this is"
                                + " another target; and no shard of that name joins the source, as"
                                + " far as is archived (at "
                                + newest
                                + "). Name its own, or give --restart to begin anew. Nothing was"
                                + " written.");
            }
            joining.put(set, joining(set, newest));
        }
        return marks.with(joining);
    }

    private Set<ReplicaSet> followedBefore() {
        Set<ReplicaSet> before = new TreeSet<>();
        for (RestoreMark mark : marks.marks().values()) {
            StandbyMarks.membersIn(mark).forEach(name -> before.add(new ReplicaSet(name)));
        }
        return before;
    }

    private boolean mayBeMember(ReplicaSet set) {
        return archive.lives().stream().anyMatch(life -> life.replicaSet().equals(set))
                && guard.mayBeMember(set, newest);
    }

    private void requireLeft(Set<ReplicaSet> before) {
        Set<ReplicaSet> forgotten = new TreeSet<>(before);
        forgotten.removeIf(
                set ->
                        marks.marks().containsKey(set)
                                || marks.unmarked().contains(set.name())
                                || !mayBeMember(set));
        if (!forgotten.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "The standby follows "
                            + forgotten
                            + " too, and no target is named for that. Only a shard that has left"
                            + " the source may be left out, and at "
                            + newest
                            + " it is still there. Nothing was written.");
        }
    }

    /** By the newest base by then; it can't be promoted to a time before that one serves. */
    private StandbyMarks.Joining joining(ReplicaSet set, ClusterTime by) {
        ReplicaSetPlan plan =
                RestorePlan.choose(by, archive, Optional.of(guard)).replicaSets().stream()
                        .filter(each -> each.replicaSet().equals(set))
                        .findFirst()
                        .orElseThrow();
        ClusterTime usable =
                archive.bases(plan.life()).stream()
                        .filter(base -> plan.base().filter(base.place()::equals).isPresent())
                        .map(BaseFacts::usableFrom)
                        .findFirst()
                        .orElse(ClusterTime.ZERO);
        return new StandbyMarks.Joining(plan, ClusterTime.max(usable, marks.through()));
    }
}
