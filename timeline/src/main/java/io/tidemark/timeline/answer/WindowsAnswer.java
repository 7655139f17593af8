package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
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
 * @param gaps what is known to be missing, in order of {@code after}
 * @param next what to give as {@code after} for the next page; null on the last one
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
        List<MissingRun> gaps,
        Optional<String> next)
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
        return page(windows, span, Optional.empty(), Integer.MAX_VALUE);
    }

    /**
     * Of those that touch {@code span} the first {@code limit} behind {@code after}, in the order
     * of their starts. Between two pages the timeline may go on: what begins later is then on a
     * later page, and what was told stays true up to the watermark that its page names.
     */
    public static WindowsAnswer page(
            RestoreWindows windows, RestoreWindow span, Optional<WindowsPlace> after, int limit) {
        WindowsPage page = WindowsPage.of(windows, span, after, limit);
        return new WindowsAnswer(
                windows.policy().code(),
                windows.watermark(),
                Utc.of(windows.watermark()),
                windows.heldBackBy(),
                windows.earliest(),
                Utc.of(windows.earliest()),
                windows.restorableShare(),
                page.windows(),
                page.unsafe(),
                page.gaps(),
                page.next().map(WindowsPlace::toString));
    }
}
