package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.watermark.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which times can be reached: for every replica set that belongs to the cluster at T there is a
 * base usable at T, and each entry from the base's replay start up to T is there.
 */
final class Coverage {
    private final List<Membership> members;
    private final List<Hole> holes;
    private final List<Base> bases;

    /** Times to which a replica set can't be brought, and why. */
    record Unreached(RestoreWindow range, ReplicaSet replicaSet, String kind, String words) {}

    /**
     * @param holes in their order
     * @param bases in order of {@link Base#usableFrom}; the births of replica sets are among them
     */
    Coverage(List<Membership> members, List<Hole> holes, List<Base> bases) {
        this.members = members;
        this.holes = holes;
        this.bases = bases;
    }

    /** Times up to {@code through} to which every member can be brought. */
    List<RestoreWindow> covered(ClusterTime through) {
        List<RestoreWindow> missing = new ArrayList<>();
        members.forEach(member -> missing.addAll(missing(member)));
        return TimeRanges.minus(new RestoreWindow(ClusterTime.ZERO, through), missing);
    }

    /** Of each member, what of a range that is not covered it can't be brought to. */
    List<Unreached> reasons(RestoreWindow uncovered) {
        List<Unreached> reasons = new ArrayList<>();
        for (Membership member : members) {
            for (RestoreWindow missing : missing(member)) {
                ClusterTime from = ClusterTime.max(missing.earliest(), uncovered.earliest());
                ClusterTime to = ClusterTime.min(missing.latest(), uncovered.latest());
                if (!from.isAfter(to)) {
                    reasons.add(reason(member.replicaSet(), new RestoreWindow(from, to)));
                }
            }
        }
        return reasons;
    }

    /** Times at which it belongs to the cluster and can't be brought to. */
    private List<RestoreWindow> missing(Membership member) {
        RestoreWindow stay = new RestoreWindow(member.joined(), member.last());
        return TimeRanges.minus(stay, reach(member.replicaSet()));
    }

    private Unreached reason(ReplicaSet set, RestoreWindow range) {
        Optional<Hole> hole =
                bases.stream()
                        .filter(base -> base.replicaSet().equals(set))
                        .filter(base -> !base.usableFrom().isAfter(range.earliest()))
                        .reduce((earlier, later) -> later)
                        .flatMap(this::spoiler);
        return hole.map(known -> new Unreached(range, set, known.kind().code(), known.words()))
                .orElseGet(
                        () ->
                                new Unreached(
                                        range,
                                        set,
                                        Hole.Kind.BEFORE_CAPTURE.code(),
                                        "no base of " + set + " is usable so early"));
    }

    private List<RestoreWindow> reach(ReplicaSet set) {
        List<RestoreWindow> ranges = new ArrayList<>();
        for (Base base : bases) {
            if (base.replicaSet().equals(set)) {
                ClusterTime last =
                        spoiler(base).map(hole -> hole.gap().after()).orElse(ClusterTime.MAX);
                if (!last.isBefore(base.usableFrom())) {
                    ranges.add(new RestoreWindow(base.usableFrom(), last));
                }
            }
        }
        return ranges;
    }

    /** The first hole behind the base's replay start: replay gets no further. */
    private Optional<Hole> spoiler(Base base) {
        return holes.stream()
                .filter(hole -> hole.replicaSet().equals(base.replicaSet()))
                .filter(hole -> hole.gap().through().isAfter(base.replayFrom()))
                .findFirst();
    }
}
