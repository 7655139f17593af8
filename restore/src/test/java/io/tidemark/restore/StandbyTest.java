package io.tidemark.restore;

import static io.tidemark.restore.FollowedSet.AT_ONCE;
import static io.tidemark.restore.FollowedSet.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceHeader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a standby does and refuses, entry by entry: one entry a second, each inserts a document. */
final class StandbyTest {
    private static final ReplicaSet RS = new ReplicaSet("rs");
    @TempDir Path folder;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
    private FollowedSet source;
    private TestArchive archive;

    @BeforeEach
    void archive() {
        source = new FollowedSet(folder, (name, options) -> target);
        archive = source.archive;
        source.grow(0, 20);
    }

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void itAppliesWhatArrivesAndIsPromotedToExactlyATime() {
        FollowStatus end =
                source.follow(AT_ONCE, () -> source.grow(20, 50), () -> source.grow(50, 90));

        assertThat(end.applied()).containsEntry(RS, at(90));
        assertThat(end.lagSeconds(RS)).isZero();
        source.grow(90, 120);
        RestoreReport report = source.promote(at(101));
        assertThat(report.restoredTo()).isEqualTo("101:1");
        assertThat(report.verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(100);
        assertThat(target.mark()).isEmpty();
    }

    @Test
    void itStaysTheDelayBehindTheNewestEntryAndGoesOnAsThatMovesOn() {
        source.grow(20, 50);
        FollowOptions hour = new FollowOptions(Duration.ofSeconds(30), 0, Duration.ZERO);

        assertThat(source.follow(hour).applied()).containsEntry(RS, at(20));
        FollowStatus later = source.follow(hour, () -> source.grow(50, 90));

        assertThat(later.applied()).containsEntry(RS, at(60));
        assertThat(later.lagSeconds(RS)).isEqualTo(30);
        assertThat(target.documents("db.c")).hasSize(59);
    }

    @Test
    void itAppliesNoFasterThanItMay() {
        source.follow(AT_ONCE);
        source.grow(20, 40);
        long bytes = 20L * FollowedSet.entry(30).raw().sizeBytes();
        long begun = System.nanoTime();

        source.follow(new FollowOptions(Duration.ZERO, 5 * bytes, Duration.ZERO));

        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofMillis(180));
    }

    @Test
    void noTimeBeforeWhatIsAppliedIsPromotedTo() {
        source.grow(20, 40);
        source.follow(AT_ONCE);

        RestoreException refused =
                catchThrowableOfType(RestoreException.class, () -> source.promote(at(39)));

        assertThat(refused).isInstanceOf(RestoreException.NotCovered.class);
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused).hasMessageContaining("up to 40:1").hasMessageContaining("not to 39:1");
        assertThat(source.promote(at(40)).verified()).isTrue();
    }

    @Test
    void noTimeThatIsNotSafeIsPromotedTo() {
        source.follow(AT_ONCE);

        assertThatThrownBy(() -> source.promote(at(21)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("Nearest safe times: 20:1 before");
        assertThat(source.follow(AT_ONCE, () -> source.grow(20, 30)).applied())
                .containsEntry(RS, at(30));
    }

    @Test
    void aPromotionThatHasBegunGoesToItsTimeOnly() {
        source.follow(AT_ONCE);
        source.grow(20, 40);
        RestoreProgress dies =
                new RestoreProgress() {
                    @Override
                    public void phase(Phase phase) {
                        if (phase == Phase.DECIDE) {
                            throw new IllegalStateException("dies");
                        }
                    }
                };
        assertThatThrownBy(() -> source.promote(at(30), dies))
                .isInstanceOf(IllegalStateException.class);

        assertThatThrownBy(() -> source.follow(AT_ONCE))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("is being promoted to 30:1");
        assertThatThrownBy(() -> source.promote(at(35)))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("is being promoted to 30:1");
        assertThat(source.promote(at(30)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(29);
    }

    @Test
    void aGapEndsItAndItCanBePromotedUpToIt() {
        source.follow(AT_ONCE);
        source.grow(20, 30);
        new GapObject(
                        TestArchive.CLUSTER,
                        Incarnation.UNKNOWN,
                        RS,
                        new Gap(at(30), at(35), "the oplog rolled over"),
                        Optional.empty())
                .putTo(archive.store());
        source.grow(35, 50);

        assertThatThrownBy(() -> source.follow(AT_ONCE))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("(30:1, 35:1]")
                .hasMessageContaining("the oplog rolled over");

        assertThat(source.promote(at(30)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(29);
    }

    @Test
    void slicesThatItStillNeededAndAreNoMoreAreNamed() {
        source.follow(AT_ONCE);
        source.grow(20, 30);
        source.grow(30, 40);
        archive.store().delete(lastSliceEndingBy(at(30)));

        assertThatThrownBy(() -> source.follow(AT_ONCE))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("(20:1, 30:1]")
                .hasMessageContaining("pruned or lost");
    }

    @Test
    void aReplicaSetThatWasMadeAnewEndsIt() {
        source.follow(AT_ONCE);
        archive.slices(
                new Incarnation("64b000000000000000000002"),
                "rs",
                FollowedSet.ROLE,
                at(25),
                List.of(FollowedSet.entry(26), FollowedSet.entry(27)));

        assertThatThrownBy(() -> source.follow(AT_ONCE))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("made anew")
                .hasMessageContaining("ends at 20:1");
    }

    @Test
    void anotherRestoreRefusesItsTargetsAndItRefusesTheirs() {
        source.follow(AT_ONCE);

        assertThatThrownBy(() -> source.restore(at(20)))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("a standby");
        RestoreException refused =
                catchThrowableOfType(
                        RestoreException.class,
                        () ->
                                Standby.prepare(
                                        source.request(at(20)),
                                        source.timeline(),
                                        (n, o) -> emptyTarget()));
        assertThat(refused)
                .hasMessageContaining("hold no standby")
                .hasMessageContaining("If one was promoted there before");
    }

    @Test
    void whileItFollowsNobodyPromotesItNorFollowsBesideIt() {
        List<Throwable> refused = new ArrayList<>();
        source.follow(
                AT_ONCE,
                () -> refused.add(catchThrowable(() -> source.promote(at(20)))),
                () -> refused.add(catchThrowable(() -> source.follow(AT_ONCE))));

        assertThat(refused)
                .hasSize(2)
                .allSatisfy(e -> assertThat(e).isInstanceOf(RestoreException.Held.class));
        assertThat(source.promote(at(20)).verified()).isTrue();
    }

    @Test
    void whatIsPublishedIsAppliedBeforeItIsArchivedAndPromotedToOnceItIs() {
        Published published = new Published(45);
        FollowStatus end = source.follow(AT_ONCE, published);
        assertThat(end.applied()).containsEntry(RS, at(45));
        assertThat(target.documents("db.c")).hasSize(44);
        // Kafka and archive move on between two runs.
        source.grow(20, 30);
        published.last = 52;
        assertThat(source.follow(AT_ONCE, published).applied()).containsEntry(RS, at(52));

        assertThatThrownBy(() -> source.promote(at(52)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("30:1");
        source.grow(30, 60);
        assertThatThrownBy(() -> source.promote(at(51)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("up to 52:1");
        assertThat(source.promote(at(55)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(54);
    }

    @Test
    void withoutTheTailItWaitsForTheArchiveToReachWhereItStands() {
        source.follow(AT_ONCE, new Published(45));

        assertThat(source.follow(AT_ONCE).applied()).containsEntry(RS, at(45));
        assertThat(source.follow(AT_ONCE, () -> source.grow(20, 40)).applied())
                .containsEntry(RS, at(45));
        FollowStatus later = source.follow(AT_ONCE, () -> source.grow(40, 50));

        assertThat(later.applied()).containsEntry(RS, at(50));
        assertThat(target.documents("db.c")).hasSize(49);
    }

    /** A topic that holds every entry. */
    private static final class Published implements OplogTail {
        private int last;

        Published(int last) {
            this.last = last;
        }

        @Override
        public Optional<ClusterTime> reach(ReplicaSet replicaSet, SliceHeader newest) {
            return Optional.of(at(last)).filter(newest.last().clusterTime()::isBefore);
        }

        @Override
        public Iterator<OplogEntry> read(
                ReplicaSet replicaSet, ClusterTime after, ClusterTime through) {
            return IntStream.rangeClosed(1, last)
                    .mapToObj(FollowedSet::entry)
                    .filter(e -> e.clusterTime().isAfter(after))
                    .filter(e -> !e.clusterTime().isAfter(through))
                    .iterator();
        }

        @Override
        public OplogEntry entry(ReplicaSet replicaSet, ClusterTime at) {
            return FollowedSet.entry((int) at.seconds());
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static Throwable catchThrowable(Runnable work) {
        return org.assertj.core.api.Assertions.catchThrowable(work::run);
    }

    private static MemoryRestoreTarget emptyTarget() {
        return new MemoryRestoreTarget("empty:1");
    }

    private String lastSliceEndingBy(ClusterTime time) {
        Catalogue catalogue = new Catalogue(archive.store(), TestArchive.CLUSTER);
        try (var ranges = catalogue.ranges(catalogue.lives(RS).get(0), ClusterTime.ZERO)) {
            return ranges.filter(key -> Catalogue.through(key).equals(time))
                    .findFirst()
                    .orElseThrow()
                    .text();
        }
    }
}
