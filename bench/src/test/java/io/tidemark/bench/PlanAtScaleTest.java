package io.tidemark.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.PreparedRestore;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.FileObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million slices: a hundred thousand, which is five weeks, of each of ten replica sets. */
final class PlanAtScaleTest {
    private static final ManySlices SLICES = new ManySlices(new ClusterName("large"), 9, 100_000);
    private static final long SETS = 10;

    @TempDir private Path folder;
    private FileObjectStore files;

    @BeforeEach
    void archive() {
        files = new FileObjectStore(folder);
        new LongArchive(SLICES).write(files);
    }

    @Test
    void aPlanListsWhatItsRangeHoldsAndNothingElse() {
        LargeBucket atOnce = bucket();
        PreparedRestore near = plan(atOnce, ManySlices.end(50_400).next());
        LargeBucket halfADayLater = bucket();
        PreparedRestore far = plan(halfADayLater, ManySlices.end(51_820).next());

        long slicesNear = slices(near);
        long slicesFar = slices(far);
        assertThat(slicesFar - slicesNear).isBetween(SETS * 1_300, SETS * 1_500);
        // A page more of what lies between, and the rest of an hour, for each replica set.
        assertThat(atOnce.keysListed()).isLessThan(slicesNear + SETS * 300 + 2_000);
        assertThat(halfADayLater.keysListed()).isLessThan(slicesFar + SETS * 300 + 2_000);
        assertThat(halfADayLater.listRequests() - atOnce.listRequests())
                .isLessThanOrEqualTo(SETS * 2);
    }

    @Test
    void wherePlansBeginInTheArchiveMakesNoDifference() {
        LargeBucket early = bucket();
        plan(early, ManySlices.end(40).next());
        LargeBucket late = bucket();
        plan(late, ManySlices.end(34 * 2_880 + 40).next());

        assertThat(Math.abs(late.listRequests() - early.listRequests())).isLessThan(SETS * 3);
        assertThat(Math.abs(late.keysListed() - early.keysListed())).isLessThan(SETS * 300);
    }

    @Test
    void whatIsThereIsAskedForOnce() {
        LargeBucket bucket = bucket();
        PreparedRestore prepared = plan(bucket, ManySlices.end(50_400).next());
        long pages = SETS * (slices(prepared) / SETS / 1_000 + 1);

        long snapshots = files.folders("large/" + ManySlices.LIFE + "/base/").size();
        // A listing for each snapshot, those of the range, the last slice of each replica set
        // (year,
        // month, day, hour, keys), and a few for all.
        assertThat(bucket.listRequests()).isLessThanOrEqualTo(snapshots + pages + SETS * 5 + 15);
        // The manifest of each base, a slice's header for each replica set, and the timeline.
        assertThat(bucket.reads()).isLessThanOrEqualTo(SETS * (snapshots + 1) + 8);
    }

    @Test
    void theEndsOfAnArchiveAreFoundByAFewRequests() {
        LargeBucket bucket = bucket();
        Catalogue catalogue = new Catalogue(bucket, SLICES.cluster());
        ArchivedReplicaSet set =
                new ArchivedReplicaSet(SLICES.cluster(), ManySlices.LIFE, ManySlices.CONFIG);

        assertThat(catalogue.lastSlice(set)).contains(SLICES.key(99_999));
        assertThat(catalogue.first(set)).contains(SLICES.key(0));
        assertThat(bucket.listRequests()).isLessThanOrEqualTo(6);
        assertThat(bucket.keysListed()).isLessThan(300);
    }

    private LargeBucket bucket() {
        return new LargeBucket(SLICES, files, Duration.ZERO);
    }

    private static PreparedRestore plan(LargeBucket bucket, ClusterTime to) {
        return Restore.prepare(new RestoreRequest(bucket, SLICES.cluster(), to, Map.of()));
    }

    private static long slices(PreparedRestore prepared) {
        return prepared.plan().replicaSets().stream()
                .map(ReplicaSetPlan::links)
                .mapToLong(java.util.List::size)
                .sum();
    }
}
