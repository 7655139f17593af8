package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.retention.Holds;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slip in a cluster's name is no cluster in which all is well. */
class UnknownClusterTest {
    private static final ClusterName SHPO = new ClusterName("shpo");

    @TempDir private Path folder;
    private ObjectStore store;

    @BeforeEach
    void open() {
        store = BucketUri.parse("file:" + folder).open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void isRefusedAndToldWhatTheBucketHolds() {
        new GapObject(
                        new ClusterName("shop"),
                        Incarnation.UNKNOWN,
                        new ReplicaSet("rs0"),
                        new Gap(new ClusterTime(1, 0), new ClusterTime(2, 0), "rolled over"),
                        Optional.empty())
                .putTo(store);

        for (String verb : new String[] {"status", "prune"}) {
            refused(run(verb), ExitCode.NOT_RESTORABLE, " holds [shop].");
            assertThat(CommandRun.of(verb, "--cluster=shop", "--bucket=file:" + folder).exitCode())
                    .isEqualTo(ExitCode.DONE);
        }
        refused(run("verify"), ExitCode.ARCHIVE_DAMAGED, " holds [shop].");
    }

    @Test
    void isRefusedOverAnEmptyBucketToo() {
        refused(run("status"), ExitCode.NOT_RESTORABLE, " holds no cluster at all.");
        refused(run("prune"), ExitCode.NOT_RESTORABLE, " holds no cluster at all.");
        refused(run("verify"), ExitCode.ARCHIVE_DAMAGED, " holds no cluster at all.");
    }

    @Test
    void isKnownByAHold() {
        new Holds(store, SHPO).add("nightly");

        known();
    }

    @Test
    void isKnownByAStandby() {
        ObjectKey.OfStandby key = new ObjectKey.OfStandby(SHPO, new UUID(1, 2), Instant.EPOCH);
        ClusterTime at = new ClusterTime(2, 0);
        new StandbyNotes(store, SHPO)
                .put(
                        new StandbyNote(
                                key, "berlin", "a", Instant.EPOCH, at, at, Set.of(), Map.of()));

        known();
    }

    @Test
    void isNotKnownByThePruneThatAskedForIt() {
        store.put(KeyPrefix.turns(SHPO) + "removes.left.behind", Body.of(new byte[] {1}));

        refused(run("prune"), ExitCode.NOT_RESTORABLE, " holds no cluster at all.");
    }

    private void known() {
        for (String verb : new String[] {"status", "prune"}) {
            CommandRun run = run(verb);
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        }
    }

    private CommandRun run(String verb) {
        return CommandRun.of(verb, "--json", "--cluster=shpo", "--bucket=file:" + folder);
    }

    private void refused(CommandRun run, ExitCode exitCode, String holds) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.json().at("/error/message").asText())
                .isEqualTo(
                        "The archive holds nothing of cluster shpo: check --bucket and --cluster. "
                                + store.describe()
                                + holds);
    }
}
