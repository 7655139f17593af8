package io.tidemark.restore.timeline;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.Safety;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.plan.SafeTimes;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Lets safe times pass, and says of others why they are not. */
public final class TimeGuard implements SafeTimes {
    private static final int SHOWN_EVIDENCE = 4;
    private final ClusterTimeline timeline;
    private final Safety safety;
    private final RestoreWindows windows;

    public TimeGuard(ClusterTimeline timeline, Safety safety) {
        this.timeline = timeline;
        this.safety = safety;
        this.windows = timeline.windows(safety.policy());
    }

    @Override
    public boolean mayBeMember(ReplicaSet replicaSet, ClusterTime time) {
        return timeline.mayBeMember(replicaSet, time);
    }

    @Override
    public Optional<ClusterTime> before(ClusterTime time) {
        return windows.before(time);
    }

    @Override
    public Optional<ClusterTime> after(ClusterTime time) {
        return windows.after(time);
    }

    /** The first time that some base of the archive serves; empty if there is none. */
    public Optional<ClusterTime> earliest() {
        return windows.earliest();
    }

    /**
     * @param plan one that the archive allows
     * @return why the time is not safe, where the request goes on nevertheless; else nothing
     * @throws RestoreException.NotCovered if it is not safe
     * @throws RestoreException.ArchiveDamaged if that can't be told because a slice that the plan
     *     needs, or that may hold the outcome of a transaction, can't be read
     */
    public List<UnsafeInterval> check(RestorePlan plan) {
        ClusterTime to = plan.to();
        timeline.damages().stream()
                .filter(damage -> needs(plan, damage))
                .findFirst()
                .ifPresent(
                        damage -> {
                            throw new RestoreException.ArchiveDamaged(damage.words());
                        });
        Explanation explanation = windows.explain(to);
        if (explanation.safe()) {
            return List.of();
        }
        if (to.isAfter(windows.watermark())) {
            throw new RestoreException.NotCovered(unknown(to));
        }
        if (!safety.force()) {
            hidingOutcome(explanation)
                    .ifPresent(
                            damage -> {
                                throw new RestoreException.ArchiveDamaged(
                                        damage.words() + "\n" + refusal(explanation));
                            });
            throw new RestoreException.NotCovered(refusal(explanation));
        }
        return explanation.reasons();
    }

    /** Damage is the truer reason where it may be all that makes a transaction look undecided. */
    private Optional<SliceDamage> hidingOutcome(Explanation explanation) {
        boolean undecided =
                explanation.reasons().stream()
                        .anyMatch(r -> r.kind().equals(EventKind.PREPARED_TRANSACTION.code()));
        return timeline.damages().stream()
                .filter(damage -> undecided && damage.through().isAfter(explanation.at()))
                .findFirst();
    }

    private static boolean needs(RestorePlan plan, SliceDamage damage) {
        for (ReplicaSetPlan set : plan.replicaSets()) {
            for (Chain.Link link : set.links()) {
                boolean overlaps =
                        link.readAfter().isBefore(damage.through())
                                && link.readThrough().isAfter(damage.after());
                boolean replayed = link.readAfter().isBefore(plan.to());
                if (set.replicaSet().equals(damage.replicaSet()) && overlaps && replayed) {
                    return true;
                }
            }
        }
        return false;
    }

    private String unknown(ClusterTime to) {
        String known =
                timeline.origin() == ClusterTimeline.Origin.STORED
                        ? "The timeline stored in the bucket knows the cluster up to "
                        : "The archive tells of all members of the cluster up to ";
        String act =
                timeline.origin() == ClusterTimeline.Origin.STORED
                        ? " 'tidemark windows --rebuild' computes it anew from what is archived by"
                                + " now."
                        : "";
        return known
                + windows.watermark()
                + heldBack()
                + ": whether "
                + to
                + " is safe is not known."
                + act
                + nearest(to);
    }

    private String heldBack() {
        return windows.heldBackBy().isEmpty()
                ? ""
                : " ("
                        + windows.heldBackBy().stream()
                                .map(ReplicaSet::name)
                                .collect(Collectors.joining(", "))
                        + " holds it back)";
    }

    private String refusal(Explanation explanation) {
        ClusterTime at = explanation.at();
        return at
                + " ("
                + at.toInstant()
                + ") is not safe to restore to under policy "
                + safety.policy().code()
                + ":"
                + explanation.reasons().stream()
                        .map(reason -> "\n  - " + words(reason))
                        .collect(Collectors.joining())
                + "\n"
                + nearest(at).strip()
                + "\n--force-unsafe restores to "
                + at
                + " nevertheless, half-done work included.";
    }

    /** A reason with the entries that show it. */
    public static String words(UnsafeInterval reason) {
        List<Evidence> evidence = reason.evidence();
        String shown =
                evidence.stream()
                        .limit(SHOWN_EVIDENCE)
                        .map(e -> e.what() + " at " + e.at() + " on " + e.replicaSet())
                        .collect(Collectors.joining("; "));
        String more = evidence.size() > SHOWN_EVIDENCE ? "; …" : "";
        return reason.reason() + (shown.isEmpty() ? "" : ". Seen: " + shown + more);
    }

    private String nearest(ClusterTime time) {
        Optional<ClusterTime> before = before(time);
        Optional<ClusterTime> after = after(time);
        if (before.isEmpty() && after.isEmpty()) {
            return " No time is safe.";
        }
        return " Nearest safe times: "
                + before.map(t -> t + " before (--to " + t + ")").orElse("none before")
                + ", "
                + after.map(t -> t + " after (--to " + t + ")").orElse("none after")
                + ".";
    }
}
