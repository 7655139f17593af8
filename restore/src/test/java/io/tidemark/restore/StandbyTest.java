package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.FollowStatus;
import io.tidemark.restore.follow.FollowWatch;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceHeader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a standby does and refuses, entry by entry: one entry a second, each inserts a document. */
final class StandbyTest {
    private static final ReplicaSet RS = new ReplicaSet("rs");
    private static final ReplicaSetRole ROLE = ReplicaSetRole.shard("rs");
    private static final FollowOptions AT_ONCE = new FollowOptions(Duration.ZERO, 0, Duration.ZERO);
    @TempDir Path folder;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
    private TestArchive archive;

    @BeforeEach
    void archive() {
        archive = new TestArchive(folder);
        grow(0, 20);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void itAppliesWhatArrivesAndIsPromotedToExactlyATime() {
        FollowStatus end = follow(AT_ONCE, () -> grow(20, 50), () -> grow(50, 90));

        assertThat(end.applied()).containsEntry(RS, at(90));
        assertThat(end.lagSeconds(RS)).isZero();
        grow(90, 120);
        RestoreReport report = promote(at(101));
        assertThat(report.restoredTo()).isEqualTo("101:1");
        assertThat(report.verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(100);
        assertThat(target.mark()).isEmpty();
    }

    @Test
    void itStaysTheDelayBehindTheNewestEntryAndGoesOnAsThatMovesOn() {
        grow(20, 50);
        FollowOptions hour = new FollowOptions(Duration.ofSeconds(30), 0, Duration.ZERO);

        assertThat(follow(hour).applied()).containsEntry(RS, at(20));
        FollowStatus later = follow(hour, () -> grow(50, 90));

        assertThat(later.applied()).containsEntry(RS, at(60));
        assertThat(later.lagSeconds(RS)).isEqualTo(30);
        assertThat(target.documents("db.c")).hasSize(59);
    }

    @Test
    void itAppliesNoFasterThanItMay() {
        follow(AT_ONCE);
        grow(20, 40);
        long bytes = 20L * entry(30).raw().sizeBytes();
        long begun = System.nanoTime();

        follow(new FollowOptions(Duration.ZERO, 5 * bytes, Duration.ZERO));

        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofMillis(180));
    }

    @Test
    void noTimeBeforeWhatIsAppliedIsPromotedTo() {
        grow(20, 40);
        follow(AT_ONCE);

        RestoreException refused =
                catchThrowableOfType(RestoreException.class, () -> promote(at(39)));

        assertThat(refused).isInstanceOf(RestoreException.NotCovered.class);
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused).hasMessageContaining("up to 40:1").hasMessageContaining("not to 39:1");
        assertThat(promote(at(40)).verified()).isTrue();
    }

    @Test
    void noTimeThatIsNotSafeIsPromotedTo() {
        follow(AT_ONCE);

        assertThatThrownBy(() -> promote(at(21)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("Nearest safe times: 20:1 before");
        assertThat(follow(AT_ONCE, () -> grow(20, 30)).applied()).containsEntry(RS, at(30));
    }

    @Test
    void aPromotionThatHasBegunGoesToItsTimeOnly() {
        follow(AT_ONCE);
        grow(20, 40);
        RestoreProgress dies =
                new RestoreProgress() {
                    @Override
                    public void phase(Phase phase) {
                        if (phase == Phase.DECIDE) {
                            throw new IllegalStateException("dies");
                        }
                    }
                };
        assertThatThrownBy(() -> promote(at(30), dies)).isInstanceOf(IllegalStateException.class);

        assertThatThrownBy(() -> follow(AT_ONCE))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("is being promoted to 30:1");
        assertThatThrownBy(() -> promote(at(35)))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("is being promoted to 30:1");
        assertThat(promote(at(30)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(29);
    }

    @Test
    void aGapEndsItAndItCanBePromotedUpToIt() {
        follow(AT_ONCE);
        grow(20, 30);
        new GapObject(
                        TestArchive.CLUSTER,
                        Incarnation.UNKNOWN,
                        RS,
                        new Gap(at(30), at(35), "the oplog rolled over"),
                        Optional.empty())
                .putTo(archive.store());
        grow(35, 50);

        assertThatThrownBy(() -> follow(AT_ONCE))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("(30:1, 35:1]")
                .hasMessageContaining("the oplog rolled over");

        assertThat(promote(at(30)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(29);
    }

    @Test
    void slicesThatItStillNeededAndAreNoMoreAreNamed() {
        follow(AT_ONCE);
        grow(20, 30);
        grow(30, 40);
        archive.store().delete(lastSliceEndingBy(at(30)));

        assertThatThrownBy(() -> follow(AT_ONCE))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("(20:1, 30:1]")
                .hasMessageContaining("pruned or lost");
    }

    @Test
    void aReplicaSetThatWasMadeAnewEndsIt() {
        follow(AT_ONCE);
        archive.slices(
                new Incarnation("64b000000000000000000002"),
                "rs",
                ROLE,
                at(25),
                List.of(entry(26), entry(27)));

        assertThatThrownBy(() -> follow(AT_ONCE))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("made anew")
                .hasMessageContaining("ends at 20:1");
    }

    @Test
    void anotherRestoreRefusesItsTargetsAndItRefusesTheirs() {
        follow(AT_ONCE);

        assertThatThrownBy(() -> restore(at(20)))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("a standby");
        RestoreException refused =
                catchThrowableOfType(
                        RestoreException.class,
                        () ->
                                Standby.prepare(
                                        request(at(20)), timeline(), (n, o) -> emptyTarget()));
        assertThat(refused).hasMessageContaining("hold no standby");
    }

    @Test
    void whileItFollowsNobodyPromotesItNorFollowsBesideIt() {
        List<Throwable> refused = new ArrayList<>();
        follow(
                AT_ONCE,
                () -> refused.add(catchThrowable(() -> promote(at(20)))),
                () -> refused.add(catchThrowable(() -> follow(AT_ONCE))));

        assertThat(refused)
                .hasSize(2)
                .allSatisfy(e -> assertThat(e).isInstanceOf(RestoreException.Held.class));
        assertThat(promote(at(20)).verified()).isTrue();
    }

    @Test
    void whatIsPublishedIsAppliedBeforeItIsArchivedAndPromotedToOnceItIs() {
        Published published = new Published(45);
        FollowStatus end = follow(AT_ONCE, published);
        assertThat(end.applied()).containsEntry(RS, at(45));
        assertThat(target.documents("db.c")).hasSize(44);
        // Kafka and archive move on between two runs.
        grow(20, 30);
        published.last = 52;
        assertThat(follow(AT_ONCE, published).applied()).containsEntry(RS, at(52));

        assertThatThrownBy(() -> promote(at(52)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("30:1");
        grow(30, 60);
        assertThatThrownBy(() -> promote(at(51)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("up to 52:1");
        assertThat(promote(at(55)).verified()).isTrue();
        assertThat(target.documents("db.c")).hasSize(54);
    }

    @Test
    void withoutTheTailItWaitsForTheArchiveToReachWhereItStands() {
        follow(AT_ONCE, new Published(45));

        assertThat(follow(AT_ONCE).applied()).containsEntry(RS, at(45));
        assertThat(follow(AT_ONCE, () -> grow(20, 40)).applied()).containsEntry(RS, at(45));
        FollowStatus later = follow(AT_ONCE, () -> grow(40, 50));

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
                    .mapToObj(StandbyTest::entry)
                    .filter(e -> e.clusterTime().isAfter(after))
                    .filter(e -> !e.clusterTime().isAfter(through))
                    .iterator();
        }

        @Override
        public OplogEntry entry(ReplicaSet replicaSet, ClusterTime at) {
            return StandbyTest.entry((int) at.seconds());
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

    /** Each time that it finds nothing new, something happens; then it is stopped. */
    private FollowStatus follow(FollowOptions options, Runnable... events) {
        return follow(options, OplogTail.NONE, events);
    }

    private FollowStatus follow(FollowOptions options, OplogTail tail, Runnable... events) {
        FollowWatch watch =
                new FollowWatch() {
                    private int happened;
                    private volatile boolean stopped;

                    @Override
                    public boolean isStopped() {
                        return stopped;
                    }

                    @Override
                    public void reached(FollowStatus status) {
                        // Its end is looked at.
                    }

                    @Override
                    public void pause(Duration atMost) {
                        if (happened < events.length) {
                            events[happened++].run();
                        } else {
                            stopped = true;
                        }
                    }
                };
        return Standby.follow(
                request(ClusterTime.ZERO),
                options,
                tail,
                RestoreProgress.silent(),
                watch,
                (name, o) -> target);
    }

    private RestoreReport promote(ClusterTime time) {
        return promote(time, RestoreProgress.silent());
    }

    private RestoreReport promote(ClusterTime time, RestoreProgress progress) {
        RestoreRequest request = request(time);
        PreparedRestore prepared = Standby.prepare(request, timeline(), (n, o) -> target);
        return Standby.promote(request, prepared, progress, (n, o) -> target);
    }

    private void restore(ClusterTime time) {
        Restore.run(request(time), RestoreProgress.silent(), (n, o) -> target);
    }

    private ClusterTimeline timeline() {
        return new TimelineLookup(archive.store(), FrameKeys.NONE, TestArchive.CLUSTER)
                .fromArchive(entries -> {});
    }

    private RestoreRequest request(ClusterTime time) {
        return new RestoreRequest(
                archive.store(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                Map.of("rs", "rs"),
                RestoreOptions.defaults());
    }

    private void grow(int after, int through) {
        List<OplogEntry> entries = new ArrayList<>();
        for (int second = after + 1; second <= through; second++) {
            entries.add(entry(second));
        }
        archive.slices("rs", ROLE, after == 0 ? ClusterTime.ZERO : at(after), entries);
    }

    private static ClusterTime at(int second) {
        return new ClusterTime(second, 1);
    }

    private static OplogEntry entry(int second) {
        String change =
                second == 1
                        ? "op: 'c', ns: 'db.$cmd', o: {create: 'c'}"
                        : "op: 'i', ns: 'db.c', o: {_id: " + second + "}";
        return OplogEntry.of(
                BsonFiles.json(
                        "{%s, ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: %d, i: 1}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(change, second)));
    }
}
