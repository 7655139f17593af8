package io.tidemark.restore;

import static io.tidemark.restore.FollowedSet.AT_ONCE;
import static io.tidemark.restore.FollowedSet.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.follow.FollowOptions;
import io.tidemark.restore.follow.OplogTail;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.retention.EndedSnapshots;
import io.tidemark.storage.retention.OperationLock;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.PrunePlan;
import io.tidemark.storage.retention.RetentionRule;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import io.tidemark.storage.turn.ArchiveTurn;
import io.tidemark.storage.turn.TurnHeldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a standby still needs of the archive stays there while it can come back, and no longer. */
final class StandbyHoldTest {
    private static final RetentionRule NEWEST_BASE =
            new RetentionRule(OptionalInt.empty(), OptionalInt.of(1));

    @TempDir Path folder;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
    private FollowedSet source;
    private StandbyNotes notes;

    @BeforeEach
    void open() {
        source = new FollowedSet(folder, (name, options) -> target);
        notes = new StandbyNotes(source.archive.store(), TestArchive.CLUSTER);
        source.grow(0, 20);
    }

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void retentionKeepsWhatAStandbyHasNotAppliedYetUntilItIsPromoted() {
        source.follow(AT_ONCE);
        growTo(60);
        source.base("new", 50);

        PrunePlan kept = prune(Instant.now());
        assertThat(kept.after()).isEqualTo(at(20));
        assertThat(kept.standbys()).hasSize(1);
        assertThat(source.follow(AT_ONCE).applied().values()).containsOnly(at(60));
        assertThat(source.promote(at(60)).verified()).isTrue();

        assertThat(notes.told().notes()).isEmpty();
        assertThat(prune(Instant.now()).after()).isEqualTo(at(50).previous());
        assertThat(target.documents("db.c")).hasSize(59);
    }

    @Test
    void beforeTheOldestBaseThatIsLeftNobodyKnowsWhatWasUnderWay() {
        source.follow(AT_ONCE);
        growTo(60);
        source.base("new", 50);
        prune(Instant.now());

        assertThatThrownBy(() -> source.promote(at(30)))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("could be brought to 30:1")
                .hasMessageContaining("serves from 50:1 on")
                .hasMessageContaining("--keep-days");
        RestoreReport forced = source.forcing().promote(at(30));
        assertThat(forced.verified()).isTrue();
        assertThat(forced.forced()).singleElement().asString().contains("reaches from 50:1");
        assertThat(target.documents("db.c")).hasSize(29);
    }

    @Test
    void aStandbyThatStaysAwayForTooLongHoldsNothingAnyMoreAndIsForgotten() {
        source.follow(AT_ONCE);
        growTo(60);
        source.base("new", 50);
        Instant seen = notes.told().notes().get(0).key().seenAt();

        Instant last = seen.plus(StandbyNote.HOLDS);
        assertThat(prune(last).after()).isEqualTo(at(20));
        assertThat(notes.told().notes()).hasSize(1);
        assertThat(prune(last.plusMillis(1)).after()).isEqualTo(at(50).previous());
        assertThat(notes.told().notes()).isEmpty();

        assertThatThrownBy(() -> source.follow(AT_ONCE))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("pruned or lost");
    }

    @Test
    void theBaseThatItIsLoadingStays() {
        source.base("old", 20);
        RestoreProgress dies =
                new RestoreProgress() {
                    @Override
                    public void phase(Phase phase) {
                        if (phase == Phase.BASE) {
                            throw new IllegalStateException("dies");
                        }
                    }
                };
        assertThatThrownBy(() -> source.follow(AT_ONCE, OplogTail.NONE, dies))
                .isInstanceOf(IllegalStateException.class);
        growTo(60);
        source.base("new", 50);

        assertThat(prune(Instant.now()).kept().values())
                .anyMatch(why -> why.matches("standby standby-[0-9a-f]{8} is loading it"));
        assertThat(source.follow(AT_ONCE).applied().values()).containsOnly(at(60));
        // Loaded, it is of no use any more.
        assertThat(prune(Instant.now()).bases()).hasSize(1);
        assertThat(target.documents("db.c")).hasSize(59);
    }

    @Test
    void itSaysHowFarItIsUnderItsNameAndOneThatBeginsAnewTakesItsPlace() {
        source.follow(new FollowOptions(Duration.ZERO, 0, Duration.ZERO, "berlin"));
        StandbyNote first = notes.told().notes().get(0);
        assertThat(first.name()).isEqualTo("berlin");
        assertThat(first.appliedUntil()).isEqualTo(at(20));
        assertThat(first.newest()).isEqualTo(at(20));
        assertThat(first.replicaSets().values())
                .containsExactly(new StandbyNote.Followed("rs:1", at(20)));

        growTo(30);
        source.follow(AT_ONCE);
        StandbyNote second = notes.told().notes().get(0);
        assertThat(second.key().id()).isEqualTo(first.key().id());
        assertThat(second.startedAt()).isEqualTo(first.startedAt());
        assertThat(second.appliedUntil()).isEqualTo(at(30));

        source.restarting().follow(AT_ONCE);
        assertThat(notes.told().notes())
                .singleElement()
                .satisfies(note -> assertThat(note.key().id()).isNotEqualTo(first.key().id()));
    }

    @Test
    void noneBeginsWhileSomebodyRemoves() {
        try (ArchiveTurn prune =
                ArchiveTurn.take(
                        source.archive.store(),
                        TestArchive.CLUSTER,
                        ArchiveTurn.Kind.REMOVES,
                        "pruner",
                        Clock.systemUTC())) {
            assertThatThrownBy(() -> source.follow(AT_ONCE))
                    .isInstanceOf(TurnHeldException.class)
                    .hasMessageContaining("a prune (pruner");
            prune.keep();
        }
        assertThat(target.mark()).isEmpty();
        assertThat(source.follow(AT_ONCE).applied().values()).containsOnly(at(20));
    }

    @Test
    void nothingIsRemovedWhileANoteCantBeRead() throws IOException {
        source.follow(AT_ONCE);
        Path note = folder.resolve(notes.told().notes().get(0).key().text());
        Files.writeString(note, Files.readString(note).replace("20:1", "60:1"));

        assertThatThrownBy(() -> prune(Instant.now()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("standbys/")
                .hasMessageContaining("prune --release");
    }

    @Test
    void aStandbyWhoseNoteCantBeReadGoesOnAndReplacesIt() throws IOException {
        source.follow(AT_ONCE);
        StandbyNote first = notes.told().notes().get(0);
        Files.writeString(folder.resolve(first.key().text()), "{");
        assertThat(notes.told().damaged())
                .singleElement()
                .satisfies(damage -> assertThat(damage.key()).isEqualTo(first.key().text()));

        growTo(30);
        assertThat(source.follow(AT_ONCE).applied().values()).containsOnly(at(30));

        assertThat(notes.told().damaged()).isEmpty();
        assertThat(notes.told().notes())
                .singleElement()
                .satisfies(note -> assertThat(note.key().id()).isEqualTo(first.key().id()));
        prune(Instant.now());
    }

    private void growTo(int end) {
        for (int second = 20 + (ranges() - 1) * 10; second < end; second += 10) {
            source.grow(second, second + 10);
        }
    }

    private int ranges() {
        List<String> slices = new ArrayList<>();
        try (Stream<StoredObject> all =
                source.archive.store().list(KeyPrefix.cluster(TestArchive.CLUSTER), "")) {
            all.map(StoredObject::key).filter(k -> k.endsWith(".slice")).forEach(slices::add);
        }
        return slices.size();
    }

    private PrunePlan prune(Instant now) {
        return new Prune(
                        source.archive.store(),
                        TestArchive.CLUSTER,
                        OperationLock.NONE,
                        EndedSnapshots.UNKNOWN)
                .run(NEWEST_BASE, now, removed -> {});
    }
}
