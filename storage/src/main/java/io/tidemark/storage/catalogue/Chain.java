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
     *
     * @param sizeBytes of the whole object
     */
    public record Link(
            ObjectKey.OfSlice slice,
            ClusterTime readAfter,
            ClusterTime readThrough,
            long sizeBytes) {}

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
    static Chain of(ClusterTime after, ClusterTime through, Stream<ListedRange> ranges) {
        Linking linking = new Linking(after, through);
        try (ranges) {
            ranges.takeWhile(linking::take).forEach(range -> {});
        }
        return linking.finish();
    }

    /**
     * As far as needed to reach {@code time} without a hole, and a few slices further; unbroken
     * then, and it ends with the last of them. Where {@code time} can't be reached, all there is up
     * to the end of time, with its holes.
     *
     * @param linksBeyond so many more slices, if they are found ...
     * @param lookedAtBeyond ... among so many more ranges of the listing
     */
    static Chain reaching(
            ClusterTime after,
            ClusterTime time,
            Stream<ListedRange> ranges,
            int linksBeyond,
            int lookedAtBeyond) {
        Linking linking = new Linking(after, ClusterTime.MAX);
        Beyond beyond = new Beyond(linking, time, linksBeyond, lookedAtBeyond);
        try (ranges) {
            ranges.takeWhile(beyond::take).forEach(range -> {});
        }
        return linking.reached.isBefore(time) ? linking.finish() : linking.unbroken();
    }

    /** Ends a listing soon after a time is reached. */
    private static final class Beyond {
        private final Linking linking;
        private final ClusterTime time;
        private final int linksBeyond;
        private int left;
        private int linksAtTime = -1;

        Beyond(Linking linking, ClusterTime time, int linksBeyond, int lookedAtBeyond) {
            this.linking = linking;
            this.time = time;
            this.linksBeyond = linksBeyond;
            this.left = lookedAtBeyond;
        }

        boolean take(ListedRange range) {
            boolean more = linking.take(range);
            if (linking.reached.isBefore(time)) {
                return more;
            }
            if (linksAtTime < 0) {
                linksAtTime = linking.links.size();
            }
            return more && linking.links.size() - linksAtTime < linksBeyond && left-- > 0;
        }
    }

    /** A slice that was listed and does not touch what is reached yet. */
    private record Waiting(ObjectKey.OfSlice slice, long sizeBytes) {
        ClusterTime after() {
            return slice.slice().after();
        }

        ClusterTime through() {
            return slice.slice().through();
        }
    }

    private static final class Linking {
        private final ClusterTime after;
        private final ClusterTime through;
        private final List<Link> links = new ArrayList<>();
        private final List<Hole> holes = new ArrayList<>();
        private final List<ObjectKey.OfGap> gaps = new ArrayList<>();
        private final PriorityQueue<Waiting> ahead =
                new PriorityQueue<>(Comparator.comparing(Waiting::after));
        private ClusterTime reached;

        Linking(ClusterTime after, ClusterTime through) {
            this.after = after;
            this.through = through;
            this.reached = after;
        }

        /** False when nothing more is needed. */
        boolean take(ListedRange range) {
            if (range.key() instanceof ObjectKey.OfGap gap) {
                gaps.add(gap);
            } else if (range.key() instanceof ObjectKey.OfSlice slice) {
                ahead.add(new Waiting(slice, range.sizeBytes()));
                link();
            }
            return reached.isBefore(through);
        }

        private void link() {
            Optional<Waiting> next = furthest();
            while (next.isPresent() && reached.isBefore(through)) {
                ClusterTime end = ClusterTime.min(next.get().through(), through);
                links.add(new Link(next.get().slice(), reached, end, next.get().sizeBytes()));
                reached = end;
                next = furthest();
            }
        }

        /** Of those that touch what is reached, the one that reaches furthest beyond it. */
        private Optional<Waiting> furthest() {
            Waiting best = null;
            while (!ahead.isEmpty() && !ahead.peek().after().isAfter(reached)) {
                Waiting slice = ahead.poll();
                ClusterTime least = best == null ? reached : best.through();
                best = slice.through().isAfter(least) ? slice : best;
            }
            return Optional.ofNullable(best);
        }

        /** What has been linked so far. */
        Chain unbroken() {
            return new Chain(after, reached, links, List.of());
        }

        Chain finish() {
            link();
            while (reached.isBefore(through)) {
                ClusterTime next =
                        ahead.isEmpty() ? through : ClusterTime.min(ahead.peek().after(), through);
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
