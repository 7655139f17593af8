package io.tidemark.schemas.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final Incarnation FIRST = new Incarnation("62012761d1e5b3a1c4e5f607");
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");

    @Test
    void aSliceLiesInTheHourOfItsLastEntryUnderPaddedClusterTimes() {
        Slice slice = new Slice(new ClusterTime(1712345678, 5), new ClusterTime(1712345700, 1), 42);

        String text = new ObjectKey.OfSlice(SHOP, FIRST, RS0, slice).text();

        assertThat(text)
                .isEqualTo(
                        "shop/62012761d1e5b3a1c4e5f607/oplog/rs0/2024/04/05/19/"
                            + "1712345678-0000000005_1712345700-0000000001_0000000000000000042.slice");
    }

    @Property
    void everyKeyThatWeBuildIsParsedToItself(@ForAll("keys") ObjectKey key) {
        assertThat(ObjectKey.parse(key.text())).contains(key);
    }

    @Property
    void keysOfOneReplicaSetSortAsTheirClusterTimes(
            @ForAll("times") ClusterTime a, @ForAll("times") ClusterTime b) {
        String earlier = slice(ClusterTime.min(a, b)).text();
        String later = slice(ClusterTime.max(a, b)).text();

        assertThat(earlier.compareTo(later)).isLessThanOrEqualTo(0);
    }

    @Property
    void listingFromATimeSkipsOnlyWhatEndsInAnEarlierHour(
            @ForAll("times") ClusterTime through, @ForAll("times") ClusterTime from) {
        boolean listed =
                slice(through).text().compareTo(KeyPrefix.oplogFrom(SHOP, FIRST, RS0, from)) >= 0;

        assertThat(listed).isEqualTo(through.seconds() / 3600 >= from.seconds() / 3600);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shop",
                "shop/62012761d1e5b3a1c4e5f607/oplog/rs0/2024/04/05/18/1712345678-0000000005_1712345700-0000000001_0000000000000000042.slice",
                "shop/62012761d1e5b3a1c4e5f607/oplog/rs0/2024/04/05/19/1712345700-0000000001_1712345678-0000000005_0000000000000000042.slice",
                "shop/62012761d1e5b3a1c4e5f607/oplog/rs0/2024/04/05/19/1712345678-0000000005_1712345700-0000000001_0000000000000000042.slice.tmp",
                "shop/62012761D1E5B3A1C4E5F607/base/b1/manifest.json",
                "shop/62012761d1e5b3a1c4e5f607/base/b 1/manifest.json",
                "shop/drills/20261301T101500.000Z.json",
                "shop/drills/20261120T101500Z.json",
                "shop/62012761d1e5b3a1c4e5f607/oplog/rs0/2024/04/05/19/9999999999-0000000005_9999999999-0000000006.gap"
            })
    void whatWeWouldNotWriteIsAStranger(String text) {
        assertThat(ObjectKey.parse(text)).isEqualTo(Optional.empty());
    }

    @Provide
    Arbitrary<ClusterTime> times() {
        Arbitrary<Long> unsigned32 = Arbitraries.longs().between(0, 0xFFFF_FFFFL);
        return Combinators.combine(unsigned32, unsigned32).as(ClusterTime::new);
    }

    @Provide
    Arbitrary<ObjectKey> keys() {
        Arbitrary<ClusterTime> after = times().filter(t -> t.seconds() < 0xFFFF_FFF0L);
        Arbitrary<String> id =
                Arbitraries.strings()
                        .alpha()
                        .numeric()
                        .withChars('-', '_')
                        .ofMinLength(1)
                        .ofMaxLength(64);
        Arbitrary<ReplicaSet> set = id.map(ReplicaSet::new);
        Arbitrary<ClusterName> cluster = id.map(ClusterName::new);
        Arbitrary<Incarnation> incarnation =
                Arbitraries.strings()
                        .withChars("0123456789abcdef")
                        .ofLength(24)
                        .map(Incarnation::new);
        Arbitrary<Long> offset = Arbitraries.longs().between(0, Long.MAX_VALUE);
        Arbitrary<ObjectKey> slices =
                Combinators.combine(cluster, incarnation, set, after, offset)
                        .as(
                                (c, i, r, t, o) ->
                                        new ObjectKey.OfSlice(c, i, r, new Slice(t, t.next(), o)));
        Arbitrary<ObjectKey> gaps =
                Combinators.combine(cluster, incarnation, set, after)
                        .as((c, i, r, t) -> new ObjectKey.OfGap(c, i, r, t, t.next()));
        Arbitrary<BasePlace> places =
                Combinators.combine(cluster, incarnation, id, set).as(BasePlace::new);
        Arbitrary<ObjectKey> parts =
                Combinators.combine(
                                places,
                                Arbitraries.create(UUID::randomUUID),
                                Arbitraries.integers().between(0, 9_999),
                                Arbitraries.integers().between(0, 99_999),
                                Arbitraries.longs().between(0, Long.MAX_VALUE))
                        .as((p, c, r, n, t) -> new ObjectKey.OfBasePart(p, c, new PartId(r, n, t)));
        Arbitrary<ObjectKey> starts = places.map(ObjectKey.OfBaseStart::new);
        Arbitrary<ObjectKey> manifests = places.map(ObjectKey.OfBaseManifest::new);
        Arbitrary<ObjectKey> snapshots =
                Combinators.combine(cluster, incarnation, id).as(ObjectKey.OfSnapshotManifest::new);
        Arbitrary<ObjectKey> timelines =
                Combinators.combine(cluster, incarnation, after, id)
                        .as((c, i, t, kind) -> new ObjectKey.OfTimeline(c, i, t, t.next(), kind));
        Arbitrary<ObjectKey> drills =
                Combinators.combine(cluster, Arbitraries.longs().between(0, 4_000_000_000_000L))
                        .as((c, t) -> new ObjectKey.OfDrill(c, Instant.ofEpochMilli(t)));
        Arbitrary<ObjectKey> standbys =
                Combinators.combine(
                                cluster,
                                Arbitraries.longs(),
                                Arbitraries.longs().between(0, 4_000_000_000_000L))
                        .as(
                                (c, bits, t) ->
                                        new ObjectKey.OfStandby(
                                                c, new UUID(bits, ~bits), Instant.ofEpochMilli(t)));
        return Arbitraries.oneOf(
                slices, gaps, parts, starts, manifests, snapshots, timelines, drills, standbys);
    }

    private static ObjectKey slice(ClusterTime through) {
        ClusterTime end = through.equals(ClusterTime.ZERO) ? through.next() : through;
        return new ObjectKey.OfSlice(SHOP, FIRST, RS0, new Slice(end.previous(), end, 0));
    }
}
