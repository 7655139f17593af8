package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.storage.retention.PrunePlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Processes killed at points of a snapshot that the seed chooses, before any request to a member or
 * the bucket, or when a write has arrived and its answer has not. What is whole at last serves
 * restores to random times, each compared with the cluster's own oracle.
 */
class KilledSnapshotTest {
    private static final int KILLS = Integer.getInteger("tidemark.kills", 20);
    private static final int RESTORES = Integer.getInteger("tidemark.restores", 5);
    private static final SnapshotSettings SMALL = new SnapshotSettings(1, 1024, 2048, 0);

    @Test
    void aHalfMadeSnapshotIsNeverOfferedAndNeverBlocksTheNext() throws InterruptedException {
        try (SnapshotTrial trial = new SnapshotTrial(ServerVersion.V5_0, SMALL)) {
            trial.living.live(40);
            int killed = 0;
            int whole = 0;
            Set<String> leftAlone = new TreeSet<>();
            for (int number = 0; killed < KILLS; number++) {
                String id = "s" + number;
                List<String> methods = List.of("auto", "fuzzy");
                Map<String, String> plan =
                        trial.snapshots.plan(id, methods.get(trial.random.nextInt(2)));
                while (trial.killedOrDone(id, plan, trial.random.nextInt(250))) {
                    killed++;
                    assertThat(trial.isWhole(id)).as("%s after kill %d", id, killed).isFalse();
                    if (trial.random.nextInt(4) == 0) {
                        // Nobody goes on with it; what it put stays in the way of nothing.
                        plan = Map.of();
                        leftAlone.add(id);
                        break;
                    }
                }
                if (!plan.isEmpty()) {
                    trial.snapshots.complete(id, plan);
                    assertThat(trial.isWhole(id)).isTrue();
                    whole++;
                }
            }
            System.out.println(killed + " kills, " + whole + " snapshots whole");

            trial.snapshot("last", "auto");
            assertThat(trial.isWhole("last")).isTrue();
            assertThat(trial.bases("last")).hasSize(trial.living.sets().size());
            trial.requireAllPartsThatManifestsName();
            requirePruned(trial, leftAlone);
            trial.living.live(100);
            trial.restoreAll("last", RESTORES);
        }
    }

    /**
     * What nobody goes on with goes, what somebody may go on with stays, and so does every base.
     */
    private static void requirePruned(SnapshotTrial trial, Set<String> leftAlone) {
        Set<String> before = trial.keys("/base/");
        int bases = trial.bases("").size();
        PrunePlan shown = trial.prune().plan(SnapshotTrial.ALL, trial.now());
        assertThat(trial.keys("")).as("nothing is removed by a plan").containsAll(before);
        assertThat(shown.abandoned()).as("nobody knows of an end").isEmpty();
        assertThat(shown.unfinished())
                .extracting(base -> base.place().snapshotId())
                .isNotEmpty()
                .isSubsetOf(leftAlone);
        String goesOn = shown.unfinished().get(0).place().snapshotId();
        PrunePlan done =
                trial.prune(id -> !id.equals(goesOn)).run(SnapshotTrial.ALL, trial.now(), n -> {});

        assertThat(done.abandoned()).isNotEmpty();
        assertThat(trial.bases("")).hasSize(bases);
        trial.requireAllPartsThatManifestsName();
        Set<String> after = trial.keys("/base/");
        assertThat(after.stream().filter(key -> key.contains("/base/" + goesOn + "/")))
                .as("somebody may go on with it")
                .containsExactlyElementsOf(
                        before.stream()
                                .filter(key -> key.contains("/base/" + goesOn + "/"))
                                .toList());
        for (BasePlace place : done.abandoned()) {
            assertThat(after).noneMatch(key -> key.startsWith(KeyPrefix.base(place)));
        }
        requireNoBaseOfALateManifest(trial, done.abandoned().get(0));
        assertThat(
                        trial.prune(id -> !id.equals(goesOn))
                                .plan(SnapshotTrial.ALL, trial.now())
                                .parts())
                .as("a second run has nothing to do")
                .isEmpty();
    }

    /** From a process that stood still while everything of its snapshot was removed. */
    private static void requireNoBaseOfALateManifest(SnapshotTrial trial, BasePlace place) {
        int bases = trial.bases("").size();
        trial.putManifest(place);
        assertThat(trial.bases("")).hasSize(bases);

        trial.prune().run(SnapshotTrial.ALL, trial.now(), n -> {});

        assertThat(trial.keys(KeyPrefix.base(place))).isEmpty();
    }
}
