package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.slice.GapObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged or missing is refused with its reason; the guard's checks come before writes. */
final class ArchiveRefusalTest {
    private static final ReplicaSetRole SHARD = ReplicaSetRole.shard("rs0");
    @TempDir Path folder;
    private TestArchive archive;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("target:1");

    @BeforeEach
    void archiveFourSlices() {
        archive = new TestArchive(folder);
        List<OplogEntry> entries = new ArrayList<>();
        entries.add(entry(1, "c", "db.$cmd", "{create: 'c'}"));
        for (int i = 2; i <= 200; i++) {
            entries.add(entry(i, "i", "db.c", "{_id: " + i + "}"));
        }
        archive.slices("rs0", SHARD, ClusterTime.ZERO, entries);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void restoresUpToTheLastEntryButNotBeyond() {
        restore(200);

        assertThat(target.documents("db.c")).hasSize(199);
        assertThatThrownBy(() -> restore(201))
                .isInstanceOf(RestoreException.NotCovered.class)
                .hasMessageContaining("archived through 7:200 only")
                .hasMessageContaining("7:200 before");
    }

    @Test
    void saysWhichSlicesAreMissing() throws IOException {
        Files.delete(slices().get(1));

        assertThatThrownBy(() -> restore(150))
                .isInstanceOfSatisfying(
                        RestoreException.ArchiveDamaged.class,
                        e -> assertThat(e.exitCode()).isEqualTo(5))
                .hasMessageContaining("missing for (7:50, 7:100]")
                .hasMessageContaining("7:50 before");
        restore(50);
        assertThat(target.documents("db.c")).hasSize(49);
    }

    @Test
    void tellsTheReasonOfAKnownGap() throws IOException {
        Files.delete(slices().get(1));
        new GapObject(
                        TestArchive.CLUSTER,
                        Incarnation.UNKNOWN,
                        new ReplicaSet("rs0"),
                        new Gap(time(50), time(100), "the oplog had rolled over."),
                        Optional.empty())
                .putTo(archive.store());

        assertThatThrownBy(() -> restore(150))
                .isInstanceOfSatisfying(
                        RestoreException.NotCovered.class,
                        e -> assertThat(e.exitCode()).isEqualTo(3))
                .hasMessageContaining("a gap (7:50, 7:100]: the oplog had rolled over.");
    }

    private List<Path> slices() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".slice")).sorted().toList();
        }
    }

    private void restore(int increment) {
        Restore.run(
                new RestoreRequest(
                        archive.store(),
                        TestArchive.CLUSTER,
                        time(increment),
                        Map.of("rs0", "target")),
                RestoreProgress.silent(),
                (name, options) -> target);
    }

    private static ClusterTime time(int increment) {
        return new ClusterTime(7, increment);
    }

    private static OplogEntry entry(int increment, String op, String ns, String o) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{op: '%s', ns: '%s', o: %s, ui: {$uuid: '%s'}, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(
                                        op,
                                        ns,
                                        o,
                                        "00000000-0000-4000-8000-000000000001",
                                        increment)));
    }
}
