package io.tidemark.storage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Slice;
import io.tidemark.storage.slice.TestEntries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ChainTest {
    @Test
    void neighboursMakeAnUnbrokenChain() {
        Chain chain = chain(0, 30, slice(0, 10), slice(10, 20), slice(20, 40));

        assertThat(chain.isUnbroken()).isTrue();
        assertThat(reads(chain))
                .containsExactly("0-10: (0, 10]", "10-20: (10, 20]", "20-40: (20, 30]");
    }

    @Test
    void holesAreNamedAndGapsTellWhy() {
        Chain chain = chain(0, 50, slice(0, 10), gap(10, 20), slice(20, 30), slice(40, 50));

        assertThat(chain.holes())
                .containsExactly(
                        new Chain.Hole(at(10), at(20), List.of(gap(10, 20))),
                        new Chain.Hole(at(30), at(40), List.of()));
        assertThat(chain.unbrokenThrough()).isEqualTo(at(10));
        assertThat(reads(chain)).hasSize(3);
    }

    @Test
    void slicesThatFillAGapCountMoreThanTheGap() {
        Chain chain = chain(0, 30, slice(0, 10), gap(10, 20), slice(10, 20), slice(20, 30));

        assertThat(chain.isUnbroken()).isTrue();
    }

    @Test
    void slicesWithTheSameStartAreReadForTheirOwnPart() {
        Chain chain = chain(0, 30, slice(0, 10), slice(10, 15), slice(10, 30), slice(15, 20));

        assertThat(reads(chain))
                .containsExactly("0-10: (0, 10]", "10-15: (10, 15]", "10-30: (15, 30]");
    }

    @Test
    void overlappingSlicesAreReadFromWhereTheOneBeforeEnds() {
        Chain chain = chain(5, 30, slice(0, 12), slice(8, 20), slice(20, 30));

        assertThat(reads(chain))
                .containsExactly("0-12: (5, 12]", "8-20: (12, 20]", "20-30: (20, 30]");
    }

    @Test
    void theEndIsAHoleWhereNothingReachesIt() {
        Chain chain = chain(0, 100, slice(0, 10));

        assertThat(chain.holes()).containsExactly(new Chain.Hole(at(10), at(100), List.of()));
    }

    @Test
    void readsNoMoreOfTheListingThanItNeeds() {
        List<ObjectKey> seen = new ArrayList<>();
        Chain.of(
                at(0),
                at(20),
                IntStream.range(0, 100)
                        .mapToObj(i -> new ListedRange(slice(i * 10, i * 10 + 10), 1))
                        .peek(range -> seen.add(range.key())));

        assertThat(seen).hasSize(2);
    }

    @Test
    void looksAFewSlicesBeyondTheTimeThatIsToBeReached() {
        List<ObjectKey> seen = new ArrayList<>();

        Chain chain = reaching(15, ten(100).peek(range -> seen.add(range.key())));

        assertThat(chain.isUnbroken()).isTrue();
        assertThat(chain.through()).isEqualTo(at(50));
        assertThat(chain.links()).hasSize(5);
        assertThat(seen).hasSize(5);
    }

    @Test
    void aHoleBehindTheTimeThatIsReachedEndsTheChainWithoutAWord() {
        List<ObjectKey> seen = new ArrayList<>();
        Stream<ListedRange> ranges = ten(100).filter(r -> !r.key().equals(slice(20, 30)));

        Chain chain = reaching(15, ranges.peek(range -> seen.add(range.key())));

        assertThat(chain.isUnbroken()).isTrue();
        assertThat(chain.through()).isEqualTo(at(20));
        assertThat(seen).hasSizeLessThan(10);
    }

    @Test
    void aHoleBeforeTheTimeIsToldWithAllThatFollows() {
        Stream<ListedRange> ranges = ten(100).filter(r -> !r.key().equals(slice(10, 20)));

        Chain chain = reaching(15, ranges);

        assertThat(chain.unbrokenThrough()).isEqualTo(at(10));
        assertThat(chain.links()).hasSize(99);
        assertThat(chain.holes().get(0)).isEqualTo(new Chain.Hole(at(10), at(20), List.of()));
    }

    private static Stream<ListedRange> ten(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ListedRange(slice(i * 10, i * 10 + 10), 1));
    }

    private static Chain reaching(int time, Stream<ListedRange> ranges) {
        return Chain.reaching(at(0), at(time), ranges, 3, 5);
    }

    /** Whatever lies there in whatever order: links and holes together cover the range once. */
    @Property
    void linksAndHolesCoverEveryTimeExactlyOnce(@ForAll("ranges") List<int[]> ranges) {
        List<ObjectKey> keys = new ArrayList<>();
        TreeSet<Integer> covered = new TreeSet<>();
        for (int[] range : ranges) {
            keys.add(slice(range[0], range[0] + range[1]));
            IntStream.rangeClosed(range[0] + 1, range[0] + range[1]).forEach(covered::add);
        }

        Chain chain = Chain.of(at(5), at(60), keys.stream().map(k -> new ListedRange(k, 1)));

        for (int time = 6; time <= 60; time++) {
            ClusterTime t = at(time);
            long links =
                    chain.links().stream()
                            .filter(l -> t.isAfter(l.readAfter()) && !t.isAfter(l.readThrough()))
                            .filter(l -> l.slice().slice().contains(t))
                            .count();
            long holes =
                    chain.holes().stream()
                            .filter(h -> t.isAfter(h.after()) && !t.isAfter(h.through()))
                            .count();
            assertThat(links).as("links at %d", time).isEqualTo(covered.contains(time) ? 1 : 0);
            assertThat(holes).as("holes at %d", time).isEqualTo(covered.contains(time) ? 0 : 1);
        }
    }

    @Provide
    Arbitrary<List<int[]>> ranges() {
        Arbitrary<Integer> start = Arbitraries.integers().between(0, 70);
        Arbitrary<Integer> length = Arbitraries.integers().between(1, 25);
        return Combinators.combine(start, length)
                .as((s, l) -> new int[] {s, l})
                .list()
                .ofMaxSize(20);
    }

    private static Chain chain(int after, int through, ObjectKey... keys) {
        return Chain.of(
                at(after), at(through), Arrays.stream(keys).map(k -> new ListedRange(k, 1)));
    }

    private static List<String> reads(Chain chain) {
        return chain.links().stream()
                .map(
                        link ->
                                "%d-%d: (%d, %d]"
                                        .formatted(
                                                link.slice().slice().after().seconds(),
                                                link.slice().slice().through().seconds(),
                                                link.readAfter().seconds(),
                                                link.readThrough().seconds()))
                .toList();
    }

    private static ClusterTime at(int seconds) {
        return new ClusterTime(seconds, 0);
    }

    private static ObjectKey.OfSlice slice(int after, int through) {
        return new ObjectKey.OfSlice(
                TestEntries.CLUSTER,
                TestEntries.LIFE,
                TestEntries.RS0,
                new Slice(at(after), at(through), 0));
    }

    private static ObjectKey.OfGap gap(int after, int through) {
        return new ObjectKey.OfGap(
                TestEntries.CLUSTER, TestEntries.LIFE, TestEntries.RS0, at(after), at(through));
    }
}
