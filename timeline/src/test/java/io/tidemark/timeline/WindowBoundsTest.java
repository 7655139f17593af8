package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Explanation;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import org.junit.jupiter.api.Test;

/** Where windows begin and end: births, bases, gaps, other incarnations. */
class WindowBoundsTest {
    private static final String MOVE = "{min:{x:0}, max:{x:9}, from:'s0', to:'s1'}";
    private final Entries entries = new Entries();
    private final FoldedCluster cluster = new FoldedCluster();
    private final TimelineFold fold = cluster.fold;

    @Test
    void aClusterArchivedFromItsBirthIsSafeFromItsFirstEntry() {
        cluster.fromBirth();
        cluster.archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(100)));
        assertThat(windows.restorableShare()).isEqualTo(1);
    }

    @Test
    void nothingIsSafeWithoutBase() {
        cluster.started(5);
        cluster.archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
        Explanation why = fold.explain(t(50), Policy.EXACT);
        assertThat(why.safe()).isFalse();
        assertThat(why.reasons()).extracting("kind").containsExactly("noBase");
        assertThat(why.before()).isEmpty();
        assertThat(why.after()).isEmpty();
    }

    @Test
    void aBaseOpensTheWindowAtTheEndOfItsScan() {
        cluster.started(5);
        cluster.base("b1", 20, 30);
        cluster.archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(30), t(100)));
        Explanation before = windows.explain(t(29));
        assertThat(before.reasons()).extracting("kind").containsExactly("noBase");
        assertThat(before.after()).contains(t(30));
    }

    @Test
    void basesNeedNotBeTakenTogether() {
        cluster.started(5);
        fold.base(new Base("b1", CFG, t(20), t(30)));
        fold.base(new Base("b2", RS0, t(40), t(50)));
        fold.base(new Base("b3", RS1, t(10), t(20)));
        fold.gap(RS1, new Gap(t(70), t(80), "rolled over"));
        fold.base(new Base("b4", RS1, t(85), t(90)));
        cluster.archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows())
                .containsExactly(new RestoreWindow(t(50), t(70)), new RestoreWindow(t(90), t(100)));
    }

    @Test
    void aBaseWhoseReplayStartWasNeverArchivedIsUseless() {
        cluster.started(25);
        cluster.base("b1", 20, 30);
        cluster.archive(entries.quiet(26).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void untoldBeginningsCountAsMissing() {
        cluster.base("b1", 5, 30);
        cluster.archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void aGapIsUnsafeUntilTheNextBase() {
        cluster.fromBirth();
        fold.gap(RS1, new Gap(t(40), t(50), "rolled over"));
        cluster.base("b2", 60, 70);
        cluster.archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows())
                .containsExactly(new RestoreWindow(t(10), t(40)), new RestoreWindow(t(70), t(100)));
        Explanation inside = windows.explain(t(65));
        assertThat(inside.reasons()).extracting("kind").containsExactly("gap");
        assertThat(inside.reasons().get(0).reason()).contains("rs1", "rolled over");
        assertThat(inside.before()).contains(t(40));
        assertThat(inside.after()).contains(t(70));
    }

    @Test
    void aGapBetweenReplayStartAndScanEndSpoilsTheBase() {
        cluster.started(5);
        cluster.base("b1", 20, 30);
        fold.gap(RS0, new Gap(t(24), t(26), "rolled over"));
        cluster.archive(entries.quiet(10).quiet(100));

        assertThat(fold.windows(Policy.EXACT).windows()).isEmpty();
    }

    @Test
    void anotherIncarnationNeedsANewBase() {
        cluster.fromBirth();
        fold.incarnationChanged(RS0, t(50), t(60));
        cluster.archive(entries.quiet(10).quiet(100));

        RestoreWindows windows = fold.windows(Policy.EXACT);
        assertThat(windows.windows()).containsExactly(new RestoreWindow(t(10), t(50)));
        assertThat(windows.isSafe(t(60))).isFalse();
        assertThat(windows.explain(t(90)).reasons())
                .extracting("kind")
                .containsExactly("incarnationChange");
    }

    @Test
    void nearestSafeTimesOfASafeTimeAreItsNeighbours() {
        cluster.fromBirth();
        cluster.archive(entries.quiet(10).quiet(100));

        Explanation safe = fold.explain(t(50), Policy.EXACT);
        assertThat(safe.safe()).isTrue();
        assertThat(safe.reasons()).isEmpty();
        assertThat(safe.before()).contains(t(50).previous());
        assertThat(safe.after()).contains(t(50).next());
        assertThat(fold.explain(t(10), Policy.EXACT).before()).isEmpty();
        assertThat(fold.explain(t(100), Policy.EXACT).after()).isEmpty();
    }

    @Test
    void aSnapshotCarriesEverything() {
        cluster.fromBirth();
        cluster.base("b2", 60, 70);
        fold.gap(RS1, new Gap(t(40), t(50), "rolled over"));
        cluster.archive(
                entries.quiet(10)
                        .log(20, "moveChunk.start", "shop.orders", MOVE)
                        .prepare(RS0, 85, 1)
                        .quiet(90)
                        .log(95, "dropCollection.start", "a.b", "{}"));

        TimelineFold copy =
                TimelineFold.restore(
                        fold.snapshot(), io.tidemark.timeline.pair.PairingLimits.DEFAULT);

        for (Policy policy : Policy.values()) {
            assertThat(copy.windows(policy)).isEqualTo(fold.windows(policy));
        }
        assertThat(copy.events()).isEqualTo(fold.events()).isNotEmpty();
    }
}
