package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Windows, unsafe intervals and gaps in one order of starts, so that a page holds all of them that
 * begin in the same time. What begins at once is in an order that stays while an interval grows.
 */
record WindowsPage(
        List<WindowsAnswer.Window> windows,
        List<Interval> unsafe,
        List<MissingRun> gaps,
        Optional<WindowsPlace> next) {
    private static final Comparator<Listed> ORDER =
            Comparator.comparing(Listed::from)
                    .thenComparing(Listed::list)
                    .thenComparing(Listed::name);

    /** One thing of the timeline; it is only put into words if its page is asked for. */
    private record Listed(ClusterTime from, int list, String name, Runnable tell) {}

    /** The first {@code limit} behind {@code after} of those that touch {@code span}. */
    static WindowsPage of(
            RestoreWindows all, RestoreWindow span, Optional<WindowsPlace> after, int limit) {
        WindowsPage page =
                new WindowsPage(
                        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), Optional.empty());
        ClusterTime start = ClusterTime.ZERO;
        int number = 0;
        int told = 0;
        Optional<WindowsPlace> last = Optional.empty();
        for (Listed one : page.listed(all, span)) {
            number = one.from().equals(start) ? number + 1 : 1;
            start = one.from();
            int its = number;
            if (after.isPresent() && !after.get().isBefore(start, its)) {
                continue;
            }
            if (told == limit) {
                return new WindowsPage(page.windows, page.unsafe, page.gaps, last);
            }
            one.tell().run();
            told++;
            last = Optional.of(new WindowsPlace(start, its));
        }
        return page;
    }

    private List<Listed> listed(RestoreWindows all, RestoreWindow span) {
        List<Listed> listed = new ArrayList<>();
        for (RestoreWindow own : all.windows()) {
            if (touches(span, own.earliest(), own.latest())) {
                Runnable tell = () -> windows.add(WindowsAnswer.Window.of(own));
                listed.add(new Listed(own.earliest(), 0, "", tell));
            }
        }
        for (Hole hole : all.holes()) {
            ClusterTime from = hole.gap().after();
            if (touches(span, from, hole.gap().through())) {
                String name = hole.replicaSet() + " " + hole.kind().code();
                listed.add(new Listed(from, 1, name, () -> gaps.add(MissingRun.of(hole))));
            }
        }
        for (UnsafeInterval own : all.unsafe()) {
            if (touches(span, own.from(), own.to())) {
                String name = own.kind() + " " + own.event() + " " + own.shards();
                listed.add(new Listed(own.from(), 2, name, () -> unsafe.add(Interval.of(own))));
            }
        }
        listed.sort(ORDER);
        return listed;
    }

    private static boolean touches(RestoreWindow span, ClusterTime from, ClusterTime to) {
        return !from.isAfter(span.latest()) && !to.isBefore(span.earliest());
    }
}
