package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Watermark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The rule: safe are the times that some base reaches, up to the watermark of what is archived,
 * minus unsafe intervals. An operation that has not ended is unsafe up to the watermark.
 */
public final class WindowRule {
    private final Watermark watermark;
    private final Coverage coverage;
    private final List<Hole> holes;
    private final ClusterTime remembered;

    /**
     * @param remembered what happened before this time was forgotten: no window begins earlier
     */
    public WindowRule(
            Watermark watermark,
            List<Membership> members,
            Collection<Hole> holes,
            Collection<Base> bases,
            ClusterTime remembered) {
        this.watermark = watermark;
        this.remembered = remembered;
        this.holes = holes.stream().sorted().toList();
        List<Base> ordered = new ArrayList<>(bases);
        ordered.sort(Comparator.comparing(Base::usableFrom).thenComparing(Base::id));
        this.coverage = new Coverage(members, this.holes, ordered);
    }

    /**
     * @param events all known ones, prepared transactions among them
     */
    public RestoreWindows apply(Policy policy, Collection<TopologyEvent> events) {
        List<RestoreWindow> covered = remembered(coverage.covered(watermark.at()));
        // The birth of a replica set lies before its first entry: there is nothing to restore.
        boolean reachable = !covered.isEmpty() && watermark.at().isAfter(ClusterTime.ZERO);
        if (!reachable) {
            return result(policy, Optional.empty(), List.of(), List.of(), 0);
        }
        RestoreWindow span = new RestoreWindow(covered.get(0).earliest(), watermark.at());
        List<UnsafeInterval> unsafe = new ArrayList<>();
        for (RestoreWindow hole : TimeRanges.minus(span, covered)) {
            unreached(hole, unsafe);
        }
        for (TopologyEvent event : events) {
            interval(policy, event, span).ifPresent(unsafe::add);
        }
        Collections.sort(unsafe);
        List<RestoreWindow> refused =
                unsafe.stream().map(u -> new RestoreWindow(u.from(), u.to())).toList();
        List<RestoreWindow> safe = TimeRanges.minus(span, refused);
        double share = TimeRanges.seconds(safe) / TimeRanges.seconds(List.of(span));
        return result(policy, Optional.of(span.earliest()), safe, unsafe, share);
    }

    private List<RestoreWindow> remembered(List<RestoreWindow> covered) {
        return covered.stream()
                .filter(range -> !range.latest().isBefore(remembered))
                .map(
                        range ->
                                new RestoreWindow(
                                        ClusterTime.max(range.earliest(), remembered),
                                        range.latest()))
                .toList();
    }

    private RestoreWindows result(
            Policy policy,
            Optional<ClusterTime> earliest,
            List<RestoreWindow> windows,
            List<UnsafeInterval> unsafe,
            double share) {
        return new RestoreWindows(
                policy,
                watermark.at(),
                watermark.heldBackBy(),
                earliest,
                windows,
                unsafe,
                holes,
                share);
    }

    private void unreached(RestoreWindow range, List<UnsafeInterval> unsafe) {
        List<Coverage.Unreached> reasons = coverage.reasons(range);
        for (Coverage.Unreached member : reasons) {
            unsafe.add(
                    new UnsafeInterval(
                            member.range().earliest(),
                            member.range().latest(),
                            member.kind(),
                            "",
                            "",
                            List.of(member.replicaSet().name()),
                            member.words() + "; a later base makes later times safe",
                            List.of()));
        }
        if (reasons.isEmpty()) {
            throw new IllegalStateException(
                    "times " + range + " are reached by no base and no reason is known: a bug");
        }
    }

    private Optional<UnsafeInterval> interval(
            Policy policy, TopologyEvent event, RestoreWindow span) {
        Optional<ClusterTime> from = policy.unsafeFrom(event);
        boolean lost = event.outcome() == Outcome.UNKNOWN;
        boolean prepared = event.kind() == EventKind.PREPARED_TRANSACTION && !lost;
        if (prepared) {
            // With the outcome archived the restore decides by it. Without, up to the last prepare
            // it is out in any case; from there on nobody can tell yet.
            boolean decided = event.through().filter(t -> !t.isAfter(watermark.at())).isPresent();
            from = decided ? Optional.empty() : event.span().criticalFrom();
        }
        if (from.isEmpty()) {
            return Optional.empty();
        }
        ClusterTime start = ClusterTime.max(from.get(), span.earliest());
        ClusterTime end = span.latest();
        if (!prepared && event.through().isPresent()) {
            if (!event.through().get().isAfter(start)) {
                return Optional.empty();
            }
            end = ClusterTime.min(end, event.through().get().previous());
        }
        return start.isAfter(end)
                ? Optional.empty()
                : Optional.of(
                        new UnsafeInterval(
                                start,
                                end,
                                event.kind().code(),
                                event.id(),
                                event.ns(),
                                event.shards(),
                                Reasons.of(event),
                                event.evidence()));
    }
}
