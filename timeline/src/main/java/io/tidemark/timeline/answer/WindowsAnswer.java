package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.List;
import java.util.Optional;

/**
 * To which times the cluster can be restored, under one policy.
 *
 * @param policy {@code exact} or {@code strict}
 * @param watermark up to where every replica set is archived; nothing at or before it changes
 * @param heldBackBy the replica sets without which the watermark would be later
 * @param earliest the first time that bases reach; null where none do
 * @param restorableShare 0 to 1: of the time from {@code earliest} to the watermark the part that
 *     lies in windows
 * @param windows in order, disjoint; both ends belong to a window
 * @param unsafe in order of their starts; they may overlap
 * @param gaps what is known to be missing
 */
public record WindowsAnswer(
        String policy,
        ClusterTime watermark,
        String watermarkUtc,
        List<ReplicaSet> heldBackBy,
        Optional<ClusterTime> earliest,
        Optional<String> earliestUtc,
        double restorableShare,
        List<Window> windows,
        List<Interval> unsafe,
        List<MissingRun> gaps)
        implements Answer {

    /** Times {@code from} to {@code to}, both safe, and all between them. */
    public record Window(ClusterTime from, String fromUtc, ClusterTime to, String toUtc) {
        static Window of(RestoreWindow window) {
            return new Window(
                    window.earliest(),
                    Utc.of(window.earliest()),
                    window.latest(),
                    Utc.of(window.latest()));
        }
    }

    public static WindowsAnswer of(RestoreWindows windows) {
        return between(windows, new RestoreWindow(ClusterTime.ZERO, ClusterTime.MAX));
    }

    /** Only windows, unsafe intervals and gaps that touch {@code span}; uncut. */
    public static WindowsAnswer between(RestoreWindows windows, RestoreWindow span) {
        return new WindowsAnswer(
                windows.policy().code(),
                windows.watermark(),
                Utc.of(windows.watermark()),
                windows.heldBackBy(),
                windows.earliest(),
                Utc.of(windows.earliest()),
                windows.restorableShare(),
                windows.windows().stream()
                        .filter(own -> touches(span, own.earliest(), own.latest()))
                        .map(Window::of)
                        .toList(),
                windows.unsafe().stream()
                        .filter(own -> touches(span, own.from(), own.to()))
                        .map(Interval::of)
                        .toList(),
                windows.holes().stream()
                        .filter(hole -> touches(span, hole))
                        .map(MissingRun::of)
                        .toList());
    }

    private static boolean touches(RestoreWindow span, Hole hole) {
        return touches(span, hole.gap().after(), hole.gap().through());
    }

    private static boolean touches(RestoreWindow span, ClusterTime from, ClusterTime to) {
        return !from.isAfter(span.latest()) && !to.isBefore(span.earliest());
    }
}
