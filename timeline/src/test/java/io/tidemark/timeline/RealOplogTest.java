package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The oplog slices of a real cluster, with three transactions prepared on both shards. */
class RealOplogTest {
    private static final ReplicaSet RS1 = new ReplicaSet("rs1");
    private static final ReplicaSet RS2 = new ReplicaSet("rs2");
    private static final ClusterTime BASE = new ClusterTime(1644242765, 18);
    private Path folder;

    @BeforeEach
    void findsTheSharedData() {
        Optional<Path> found = Doc.shared("data/pbm-5.0");
        assumeTrue(found.isPresent(), "skipped: ../shared/data/pbm-5.0 is absent");
        folder = found.get();
    }

    @Test
    void everyTimeBetweenBaseAndWatermarkIsSafe() {
        RestoreWindows windows = archivedUpTo(ClusterTime.MAX).windows(Policy.EXACT);

        assertThat(windows.windows()).hasSize(1);
        assertThat(windows.windows().get(0).earliest()).isEqualTo(BASE);
        assertThat(windows.restorableShare()).isEqualTo(1);
    }

    @Test
    void aTransactionWhoseOutcomeIsNotArchivedMakesItsTimesUnsafe() {
        // Prepared at :3 and :5, decided by its coordinator at :6.
        ClusterTime prepared = new ClusterTime(1644243375, 5);
        RestoreWindows early = archivedUpTo(prepared).windows(Policy.EXACT);

        assertThat(early.isSafe(prepared.previous())).isTrue();
        assertThat(early.isSafe(prepared)).isFalse();
        assertThat(early.explain(prepared).reasons())
                .extracting("kind")
                .containsExactly(EventKind.PREPARED_TRANSACTION.code());
        assertThat(archivedUpTo(prepared.next()).windows(Policy.EXACT).isSafe(prepared)).isTrue();
    }

    /** Everything is captured; of the archive only a part. */
    private TimelineFold archivedUpTo(ClusterTime time) {
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("rs1", RS1), new Shard("rsx", RS2)));
        ClusterTime begin = new ClusterTime(1644242753, 0);
        for (ReplicaSet set : List.of(CFG, RS1, RS2)) {
            fold.started(set, begin);
            fold.base(new Base("dump", set, begin, BASE));
            for (String part : List.of("backup", "pitr1", "pitr2")) {
                Path file = folder.resolve(set + "." + part + ".oplog.bson");
                Doc.all(file).forEach(entry -> fold.accept(set, OplogEntry.of(entry)));
            }
            fold.archived(set, time);
        }
        return fold;
    }
}
