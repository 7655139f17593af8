package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.RunHolder;
import io.tidemark.restore.checkpoint.RunLease;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runs want the same targets: one of them writes, and the other one is told. */
final class TwoRunsTest {
    private static final int ENTRIES = 120;
    @TempDir Path folder;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
    private TestArchive archive;

    @BeforeEach
    void archive() {
        archive = new TestArchive(folder);
        List<OplogEntry> oplog = new ArrayList<>();
        oplog.add(entry(1, "c", "db.$cmd", "{create: 'c'}"));
        for (int i = 2; i <= ENTRIES; i++) {
            oplog.add(entry(i, "i", "db.c", "{_id: " + i + "}"));
        }
        archive.slices("rs", ReplicaSetRole.shard("rs"), ClusterTime.ZERO, oplog);
    }

    @Test
    void aRunIsRefusedWhileAnotherOneIsAtWorkAndThatOneEndsWell() {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        restore(
                during(
                        RestoreProgress.Phase.REPLAY,
                        () -> {
                            try {
                                restore(RestoreProgress.silent());
                            } catch (RestoreException e) {
                                refused.set(e);
                            }
                        }));

        assertThat(refused.get())
                .isInstanceOf(RestoreException.Held.class)
                .hasMessageContaining("another run (process " + ProcessHandle.current().pid());
        assertThat(((RestoreException) refused.get()).exitCode()).isEqualTo(8);
        assertThat(target.documents("db.c")).hasSize(ENTRIES - 1);
        assertThat(target.mark()).isEmpty();
    }

    @Test
    void aRunWhoseTargetWasTakenOverMovesNoCheckpointAnyMore() {
        AtomicReference<RawDocument> taken = new AtomicReference<>();
        RunHolder other = RunHolder.begin();

        assertThatThrownBy(
                        () ->
                                restore(
                                        during(
                                                RestoreProgress.Phase.REPLAY,
                                                () -> {
                                                    RestoreMark found = mark();
                                                    Checkpoints.resume(
                                                            target, MarkPlace.ALONE, found, other);
                                                    taken.set(target.readMark().orElseThrow());
                                                })))
                .isInstanceOf(RestoreException.Held.class)
                .hasMessageContaining("Another run (process ");

        assertThat(target.readMark()).contains(taken.get());
        // The other one is no run that lives, so whoever comes next goes on.
        restore(RestoreProgress.silent());
        assertThat(target.documents("db.c")).hasSize(ENTRIES - 1);
    }

    @Test
    void ofTwoThatFoundTheSameMarkOneTakesItOver() {
        assertThatThrownBy(
                        () ->
                                restore(
                                        during(
                                                RestoreProgress.Phase.REPLAY,
                                                () -> {
                                                    throw new IllegalStateException("dies");
                                                })))
                .isInstanceOf(IllegalStateException.class);
        RestoreMark found = mark();
        Checkpoints.resume(target, MarkPlace.ALONE, found, RunHolder.begin());

        assertThatThrownBy(
                        () -> Checkpoints.resume(target, MarkPlace.ALONE, found, RunHolder.begin()))
                .isInstanceOf(RestoreException.Held.class);
    }

    @Test
    void aRunThatGaveNoSignOfLifeForTooLongWritesNothingMore() {
        AtomicLong nanos = new AtomicLong();
        try (RunLease lease = new RunLease(nanos::get)) {
            lease.begin();
            nanos.addAndGet(Duration.ofSeconds(19).toNanos());
            lease.require();
            lease.beat();
            nanos.addAndGet(Duration.ofSeconds(19).toNanos());
            lease.require();
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());

            assertThatThrownBy(lease::require)
                    .isInstanceOf(RestoreException.Held.class)
                    .hasMessageContaining("no sign of life");
        }
    }

    private RestoreMark mark() {
        return Checkpoints.markOf(target).orElseThrow();
    }

    private static RestoreProgress during(RestoreProgress.Phase when, Runnable what) {
        return new RestoreProgress() {
            @Override
            public void phase(Phase phase) {
                if (phase == when) {
                    what.run();
                }
            }

            @Override
            public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
                // Nobody looks.
            }
        };
    }

    private void restore(RestoreProgress progress) {
        Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        new ClusterTime(7, ENTRIES),
                        Map.of("rs", "rs"),
                        RestoreOptions.defaults()),
                progress,
                (name, options) -> target);
    }

    private static OplogEntry entry(int number, String op, String ns, String o) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{op: '%s', ns: '%s', o: %s, ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(op, ns, o, number)));
    }
}
