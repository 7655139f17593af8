package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.embedded.mongo.ServerVersion;
import java.util.List;
import java.util.Map;
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
            trial.living.live(100);
            trial.restoreAll("last", RESTORES);
        }
    }
}
