package io.tidemark.storage.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Slice;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a count of bases keeps while the archive is behind the newest of them. */
class RetentionTest {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final Incarnation LIFE = new Incarnation("65f000000000000000000001");
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final RetentionRule NEWEST =
            new RetentionRule(OptionalInt.empty(), OptionalInt.of(1));

    private static ClusterTime at(long seconds) {
        return new ClusterTime(seconds, 0);
    }

    private static StoredBase base(String id, long replayAfter, long usableFrom) {
        return new StoredBase(
                new BasePlace(SHOP, LIFE, id, RS0), at(replayAfter), at(usableFrom), false);
    }

    /** Slices from 10 to 30 and from 30 to 50 seconds, with holes where they are left out. */
    private static StoredLife archived(Chain.Hole... between) {
        List<Chain.Hole> holes = new ArrayList<>();
        holes.add(new Chain.Hole(ClusterTime.ZERO, at(10), List.of()));
        holes.addAll(List.of(between));
        holes.add(new Chain.Hole(at(50), ClusterTime.MAX, List.of()));
        ObjectKey.OfSlice slice =
                new ObjectKey.OfSlice(SHOP, LIFE, RS0, new Slice(at(10), at(50), 0));
        Chain chain =
                new Chain(
                        ClusterTime.ZERO,
                        ClusterTime.MAX,
                        List.of(new Chain.Link(slice, at(10), at(50), 100)),
                        holes);
        return new StoredLife(new ArchivedReplicaSet(SHOP, LIFE, RS0), chain, Optional.empty());
    }

    private static Map<StoredBase, String> kept(StoredLife life, StoredBase... bases) {
        return kept(NEWEST, life, bases);
    }

    private static Map<StoredBase, String> kept(
            RetentionRule rule, StoredLife life, StoredBase... bases) {
        return Retention.decide(
                        rule,
                        Instant.ofEpochSecond(40).plus(Duration.ofDays(7)),
                        new RetentionFacts(
                                List.of(bases), Map.of(life.life(), life), Set.of(), List.of()))
                .bases();
    }

    @Test
    void aBaseJustTakenStaysBesideTheNewestThatServes() {
        StoredBase serves = base("serves", 15, 20);
        StoredBase older = base("older", 11, 12);
        StoredBase scanEndsLater = base("new", 40, 60);
        StoredBase scanBeganLater = base("newer", 70, 80);

        assertThat(kept(archived(), serves, older, scanEndsLater, scanBeganLater))
                .containsOnlyKeys(serves, scanEndsLater, scanBeganLater)
                .containsEntry(scanEndsLater, "not archived up to its end yet")
                .containsEntry(serves, "one of the 1 newest");
    }

    @Test
    void theDefaultKeepsAWeekAndEveryImportedBase() {
        StoredBase imported =
                new StoredBase(new BasePlace(SHOP, LIFE, "imported", RS0), at(10), at(11), true);
        StoredBase old = base("old", 12, 13);
        StoredBase serves = base("serves", 20, 30);
        StoredBase young = base("young", 41, 45);

        assertThat(kept(RetentionRule.DEFAULT, archived(), imported, old, serves, young))
                .containsOnlyKeys(imported, serves, young)
                .containsEntry(imported, "imported; only a rule that is set removes it")
                .containsEntry(serves, "the last 7 days begin behind it")
                .containsEntry(young, "of the last 7 days");
        assertThat(
                        kept(
                                new RetentionRule(OptionalInt.of(7), OptionalInt.empty()),
                                archived(),
                                imported,
                                serves))
                .containsOnlyKeys(serves);
    }

    @Test
    void aBaseBehindAGapDoesNotStay() {
        ObjectKey.OfGap gap = new ObjectKey.OfGap(SHOP, LIFE, RS0, at(25), at(30));
        StoredLife life = archived(new Chain.Hole(at(25), at(30), List.of(gap)));
        StoredBase serves = base("serves", 11, 20);
        StoredBase scannedOverTheGap = base("over", 22, 60);

        assertThat(kept(life, serves, scannedOverTheGap)).containsOnlyKeys(serves);
    }

    @Test
    void aSliceThatMayComeBackCostsNoBase() {
        StoredLife life = archived(new Chain.Hole(at(25), at(30), List.of()));
        StoredBase serves = base("serves", 11, 20);
        StoredBase waits = base("waits", 22, 40);

        assertThat(kept(life, serves, waits)).containsOnlyKeys(serves, waits);
    }
}
