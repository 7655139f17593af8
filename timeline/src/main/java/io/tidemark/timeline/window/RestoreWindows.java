package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * To which cluster times the cluster can be restored, under one policy.
 *
 * @param watermark up to where everything is archived: no time after it is in a window
 * @param heldBackBy the replica sets that hold the watermark back
 * @param earliest the first time that a base reaches and that is not forgotten; empty where there
 *     is none
 * @param windows in order, disjoint
 * @param unsafe in order of their starts; they may overlap
 * @param holes what is known to be missing in the archive
 * @param restorableShare of the time from {@code earliest} to the watermark the part that lies in
 *     windows, 0 to 1
 */
public record RestoreWindows(
        Policy policy,
        ClusterTime watermark,
        List<ReplicaSet> heldBackBy,
        Optional<ClusterTime> earliest,
        List<RestoreWindow> windows,
        List<UnsafeInterval> unsafe,
        List<Hole> holes,
        double restorableShare) {
    public RestoreWindows {
        heldBackBy = List.copyOf(heldBackBy);
        windows = List.copyOf(windows);
        unsafe = List.copyOf(unsafe);
        holes = List.copyOf(holes);
    }

    public boolean isSafe(ClusterTime time) {
        return windows.stream().anyMatch(window -> window.contains(time));
    }

    /** Why a time is safe or not, and the nearest safe times. */
    public Explanation explain(ClusterTime at) {
        return new Explanation(at, isSafe(at), reasons(at), before(at), after(at));
    }

    /** The latest safe time before {@code at}. */
    public Optional<ClusterTime> before(ClusterTime at) {
        return windows.stream()
                .filter(window -> window.earliest().isBefore(at))
                .map(window -> ClusterTime.min(window.latest(), at.previous()))
                .reduce((earlier, later) -> later);
    }

    /** The earliest safe time after {@code at}. */
    public Optional<ClusterTime> after(ClusterTime at) {
        return windows.stream()
                .filter(window -> window.latest().isAfter(at))
                .map(window -> ClusterTime.max(window.earliest(), at.next()))
                .findFirst();
    }

    private List<UnsafeInterval> reasons(ClusterTime at) {
        if (at.isAfter(watermark)) {
            String names = String.join(", ", heldBackBy.stream().map(ReplicaSet::name).toList());
            return List.of(
                    outside(
                            "notArchived",
                            watermark.next(),
                            ClusterTime.MAX,
                            "everything is archived up to "
                                    + watermark
                                    + " only; "
                                    + names
                                    + " holds it back"));
        }
        if (earliest.isEmpty() || at.isBefore(earliest.get())) {
            String first =
                    earliest.map(
                                    time ->
                                            "the first base reaches from "
                                                    + time
                                                    + ", or what was before is forgotten")
                            .orElseGet(this::nothingUsable);
            ClusterTime end = earliest.map(ClusterTime::previous).orElse(watermark);
            return List.of(outside("noBase", ClusterTime.ZERO, end, first));
        }
        return unsafe.stream().filter(interval -> interval.contains(at)).toList();
    }

    private String nothingUsable() {
        return Stream.concat(
                        Stream.of("there is no usable base snapshot"),
                        holes.stream()
                                .filter(hole -> hole.kind() != Hole.Kind.BEFORE_CAPTURE)
                                .map(Hole::words))
                .collect(Collectors.joining("; "));
    }

    private static UnsafeInterval outside(
            String kind, ClusterTime from, ClusterTime to, String reason) {
        return new UnsafeInterval(from, to, kind, "", "", List.of(), reason, List.of());
    }
}
