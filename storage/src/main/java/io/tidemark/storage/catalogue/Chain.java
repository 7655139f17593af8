package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * The slices that hold one replica set's entries in {@code (after, through]}, each entry once, and
 * the holes between them.
 *
 * @param links in the order of time
 * @param holes what no slice covers, in the order of time
 */
public record Chain(ClusterTime after, ClusterTime through, List<Link> links, List<Hole> holes) {
    public Chain {
        links = List.copyOf(links);
        holes = List.copyOf(holes);
    }

    /**
     * Read the entries in {@code (readAfter, readThrough]} of the slice: the rest of it, if any, is
     * in other links or was not asked for.
     */
    public record Link(ObjectKey.OfSlice slice, ClusterTime readAfter, ClusterTime readThrough) {}

    /**
     * Cluster times {@code (after, through]} that no slice covers.
     *
     * @param gaps objects that tell why; empty if nobody knows: slices were lost, or not yet
     *     written
     */
    public record Hole(ClusterTime after, ClusterTime through, List<ObjectKey.OfGap> gaps) {
        public Hole {
            gaps = List.copyOf(gaps);
        }
    }

    public boolean isUnbroken() {
        return holes.isEmpty();
    }

    /** Up to where the chain reaches from its start without a hole. */
    public ClusterTime unbrokenThrough() {
        return holes.isEmpty() ? through : holes.get(0).after();
    }

    /**
     * Links slices. A slice holds every entry of its range, so it does not matter which of several
     * that overlap is read: in the order of the listing each is read from where those before it
     * end, and of several that wait the one that reaches furthest goes first.
     *
     * @param ranges slices and gaps in any order; read only as far as needed to reach {@code
     *     through} without a hole
     */
    static Chain of(ClusterTime after, ClusterTime through, Stream<ObjectKey> ranges) {
        Linking linking = new Linking(after, through);
        try (ranges) {
            ranges.takeWhile(key -> linking.take(key)).forEach(key -> {});
        }
        return linking.finish();
    }

    private static final class Linking {
        private final ClusterTime after;
        private final ClusterTime through;
        private final List<Link> links = new ArrayList<>();
        private final List<Hole> holes = new ArrayList<>();
        private final List<ObjectKey.OfGap> gaps = new ArrayList<>();
        private final PriorityQueue<ObjectKey.OfSlice> ahead =
                new PriorityQueue<>(Comparator.comparing(key -> key.slice().after()));
        private ClusterTime reached;

        Linking(ClusterTime after, ClusterTime through) {
            this.after = after;
            this.through = through;
            this.reached = after;
        }

        /** False when nothing more is needed. */
        boolean take(ObjectKey key) {
            if (key instanceof ObjectKey.OfGap gap) {
                gaps.add(gap);
            } else if (key instanceof ObjectKey.OfSlice slice) {
                ahead.add(slice);
                link();
            }
            return reached.isBefore(through);
        }

        private void link() {
            Optional<ObjectKey.OfSlice> next = furthest();
            while (next.isPresent() && reached.isBefore(through)) {
                ClusterTime end = ClusterTime.min(next.get().slice().through(), through);
                links.add(new Link(next.get(), reached, end));
                reached = end;
                next = furthest();
            }
        }

        /** Of those that touch what is reached, the one that reaches furthest beyond it. */
        private Optional<ObjectKey.OfSlice> furthest() {
            ObjectKey.OfSlice best = null;
            while (!ahead.isEmpty() && !ahead.peek().slice().after().isAfter(reached)) {
                ObjectKey.OfSlice slice = ahead.poll();
                ClusterTime end = slice.slice().through();
                ClusterTime least = best == null ? reached : best.slice().through();
                best = end.isAfter(least) ? slice : best;
            }
            return Optional.ofNullable(best);
        }

        Chain finish() {
            link();
            while (reached.isBefore(through)) {
                ClusterTime next =
                        ahead.isEmpty()
                                ? through
                                : ClusterTime.min(ahead.peek().slice().after(), through);
                holes.add(new Hole(reached, next, gapsIn(reached, next)));
                reached = next;
                link();
            }
            return new Chain(after, through, links, holes);
        }

        private List<ObjectKey.OfGap> gapsIn(ClusterTime from, ClusterTime to) {
            return gaps.stream()
                    .filter(gap -> gap.after().isBefore(to) && gap.through().isAfter(from))
                    .toList();
        }
    }
}
