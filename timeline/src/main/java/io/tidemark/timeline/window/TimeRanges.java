package io.tidemark.timeline.window;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Sets of cluster times as sorted, disjoint ranges with both ends included. */
final class TimeRanges {
    private TimeRanges() {}

    /** Sorted, with overlapping and adjoining ranges joined. */
    static List<RestoreWindow> union(Collection<RestoreWindow> ranges) {
        List<RestoreWindow> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparing(RestoreWindow::earliest));
        List<RestoreWindow> joined = new ArrayList<>();
        for (RestoreWindow range : sorted) {
            int last = joined.size() - 1;
            if (last >= 0 && touches(joined.get(last), range)) {
                RestoreWindow before = joined.get(last);
                ClusterTime end = ClusterTime.max(before.latest(), range.latest());
                joined.set(last, new RestoreWindow(before.earliest(), end));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    /** What of {@code whole} lies in none of {@code holes}. */
    static List<RestoreWindow> minus(RestoreWindow whole, Collection<RestoreWindow> holes) {
        List<RestoreWindow> left = new ArrayList<>();
        ClusterTime next = whole.earliest();
        for (RestoreWindow hole : union(holes)) {
            if (hole.latest().isBefore(next)) {
                continue;
            }
            if (hole.earliest().isAfter(whole.latest())) {
                break;
            }
            if (hole.earliest().isAfter(next)) {
                left.add(new RestoreWindow(next, hole.earliest().previous()));
            }
            if (!hole.latest().isBefore(whole.latest())) {
                return left;
            }
            next = hole.latest().next();
        }
        left.add(new RestoreWindow(next, whole.latest()));
        return left;
    }

    /** Seconds of cluster time; increments count for their tiny part of a second. */
    static double seconds(Collection<RestoreWindow> ranges) {
        double sum = 0;
        for (RestoreWindow range : ranges) {
            sum += range.latest().seconds() - range.earliest().seconds();
            sum += (range.latest().increment() - range.earliest().increment() + 1) / 0x1p32;
        }
        return sum;
    }

    private static boolean touches(RestoreWindow before, RestoreWindow after) {
        boolean endless = before.latest().equals(ClusterTime.MAX);
        return endless || !after.earliest().isAfter(before.latest().next());
    }
}
