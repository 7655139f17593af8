package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.storage.retention.EndedSnapshots;
import io.tidemark.storage.retention.LeftSnapshots;
import io.tidemark.storage.retention.OperationLock;
import io.tidemark.storage.retention.Prune;
import io.tidemark.storage.retention.RetentionRule;
import io.tidemark.storage.slice.TestEntries;
import io.tidemark.storage.turn.ArchiveTurn;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prune where the disk of the bucket is full. */
class FullBucketTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    @TempDir Path root;

    @Test
    void aPruneBeginsWithTheRoomHeldInReserveAndTakesItAgain() {
        twoBases();
        FileObjectStore full = full();

        prune(full);

        assertThat(keys(full)).noneMatch(key -> key.contains("/older/rs0/"));
        assertThat(keys(full)).noneMatch(key -> key.contains("/turns/"));
        assertThat(keys(full)).filteredOn(key -> key.contains("/newer/")).hasSize(2);
        assertThat(reserve()).exists();
    }

    @Test
    void whereAlsoTheReserveIsGoneItSaysHowToMakeRoomAndRemovesNothing() throws IOException {
        twoBases();
        FileObjectStore full = new FileObjectStore(root, file -> fails());
        Files.delete(reserve());
        List<String> before = keys(full);

        assertThatThrownBy(() -> prune(full))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("No space left")
                .hasMessageContaining("make room for a few files");

        assertThat(keys(full)).isEqualTo(before);
    }

    @Test
    void aBucketThatIsNoDiskIsNotSaidToBeFull() {
        UnreachableException away = new UnreachableException("s3://archive can't be reached", null);
        try (ObjectStore noDisk = new InMemoryObjectStore()) {
            Prune prune =
                    new Prune(
                            noDisk,
                            TestEntries.CLUSTER,
                            () -> {
                                throw away;
                            },
                            EndedSnapshots.UNKNOWN);

            assertThatThrownBy(() -> prune.run(RetentionRule.DEFAULT, NOW, removed -> {}))
                    .isSameAs(away);
        }
    }

    @Test
    void marksOfAnEarlierVersionHoldWordsAndAreLeft() {
        twoBases();
        ObjectStore store = new FileObjectStore(root);
        store.put(KeyPrefix.pruneMark(LeftSnapshots.place("older")), Body.of(new byte[] {1}));

        prune(store);

        assertThat(keys(store)).noneMatch(key -> key.contains("/older/"));
    }

    /** What snapshots left: of the older one, long enough ago to be removed. */
    private void twoBases() {
        LeftSnapshots bucket = new LeftSnapshots(new FileObjectStore(root), NOW);
        bucket.left("older", Duration.ofDays(31));
        bucket.left("newer", Duration.ofDays(1));
    }

    /** Files with content find room only when the reserve has given up its own. */
    private FileObjectStore full() {
        return new FileObjectStore(
                root, file -> Files.exists(reserve()) ? fails() : Channels.newOutputStream(file));
    }

    private static java.io.OutputStream fails() throws IOException {
        throw new IOException("No space left on device");
    }

    private Path reserve() {
        return root.resolve(FileObjectStore.TEMPORARY).resolve(DiskReserve.NAME);
    }

    private static List<String> keys(ObjectStore store) {
        try (var all = store.list("", "")) {
            return all.map(StoredObject::key).toList();
        }
    }

    private static void prune(ObjectStore store) {
        new Prune(store, TestEntries.CLUSTER, () -> turn(store), EndedSnapshots.UNKNOWN)
                .run(RetentionRule.DEFAULT, NOW, removed -> {});
    }

    private static OperationLock.Turn turn(ObjectStore store) {
        ArchiveTurn note =
                ArchiveTurn.take(
                        store,
                        TestEntries.CLUSTER,
                        ArchiveTurn.Kind.REMOVES,
                        "test",
                        Clock.fixed(NOW, ZoneOffset.UTC));
        return new OperationLock.Turn() {
            @Override
            public void requireHeld() {
                note.keep();
            }

            @Override
            public void close() {
                note.close();
            }
        };
    }
}
