package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.snapshot.SnapshotSettings;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseMethod;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Restores over snapshots of every kind, taken while the cluster changes between all requests. */
final class SnapshotRestoreTest {
    private static final int RESTORES = Integer.getInteger("tidemark.restores", 34);

    /** Many ranges and parts of few documents, one thread: the seed decides everything. */
    private static final SnapshotSettings SMALL = new SnapshotSettings(1, 1024, 2048, 0);

    private SnapshotTrial trial;

    private void begin(ServerVersion version) {
        trial = new SnapshotTrial(version, SMALL);
        trial.living.live(400);
    }

    @AfterEach
    void end() {
        trial.close();
    }

    @Test
    void restoresOverAFuzzyScanOfAnOldServerAreExact() throws InterruptedException {
        begin(ServerVersion.V4_4);
        Map<String, String> plan = trial.snapshot("first", "auto");

        assertThat(plan).containsEntry("method", "fuzzy");
        trial.living.live(300);
        trial.restoreAll("first", RESTORES);
    }

    @Test
    void restoresOverSnapshotReadsAreExact() throws InterruptedException {
        begin(ServerVersion.V5_0);
        Map<String, String> plan = trial.snapshot("first", "auto");

        assertThat(plan).containsEntry("method", "snapshot").containsKey("readAt");
        trial.living.live(300);
        trial.restoreAll("first", RESTORES);
    }

    @Test
    void restoresOverReadsThatBecameTooOldAreExact() throws InterruptedException {
        begin(ServerVersion.V8_0);
        Map<String, String> plan = trial.snapshots.plan("first", "snapshot");
        // Part of the scan is done when the server forgets the time.
        int calls = 40 + trial.random.nextInt(60);
        trial.killedOrDone("first", plan, calls);
        trial.living.clock.advance(Duration.ofSeconds(400));
        trial.living.live(20);
        trial.snapshots.run("first", plan, SnapshotTrial.NEVER);
        trial.snapshots.complete("first", plan);

        ClusterTime readAt = ClusterTime.parse(plan.get("readAt")).orElseThrow();
        assertThat(trial.bases("first"))
                .allMatch(base -> base.method() == BaseMethod.SNAPSHOT)
                .anyMatch(base -> base.usableFrom().isAfter(readAt));
        trial.living.live(300);
        trial.restoreAll("first", RESTORES);
    }
}
