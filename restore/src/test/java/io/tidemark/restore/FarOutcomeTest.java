package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transaction prepared at 7:60 is decided at 7:390, six slices behind the restored time. */
final class FarOutcomeTest {
    @TempDir Path folder;
    private TestArchive archive;
    private final MemoryRestoreTarget target = new MemoryRestoreTarget("target:1");

    @BeforeEach
    void archiveThirtySlices() {
        archive = new TestArchive(folder);
        List<OplogEntry> entries = new ArrayList<>();
        entries.add(entry(1, "op: 'c', ns: 'db.$cmd', o: {create: 'c'}"));
        for (int i = 2; i <= 1500; i++) {
            entries.add(
                    switch (i) {
                        case 60 -> prepare(i);
                        case 1490 -> commit(i);
                        default -> entry(i, "op: 'i', ns: 'db.c', o: {_id: " + i + "}");
                    });
        }
        archive.slices("rs0", ReplicaSetRole.shard("rs0"), ClusterTime.ZERO, entries);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void isInThoughItsOutcomeLiesFarBehind() {
        RestoreReport report = restore();

        assertThat(report.transactions())
                .singleElement()
                .satisfies(t -> assertThat(t.decision()).isEqualTo("in"));
        assertThat(target.documents("db.c")).anyMatch(d -> d.has("transacted"));
    }

    @Test
    void aDamagedSliceThatHoldsTheOutcomeIsFoundBeforeTheFirstWrite() throws IOException {
        Path last = slices().get(29);
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length / 3] ^= 4;
        Files.write(last, bytes);

        assertThatThrownBy(this::restore)
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining(last.getFileName().toString())
                .hasMessageContaining("prepared");
        assertThatThrownBy(() -> restore(new Safety(Policy.EXACT, true)))
                .isInstanceOf(RestoreException.ArchiveDamaged.class);
        assertThat(target.mark()).isEmpty();
        assertThat(target.data().collections()).isEmpty();
    }

    private List<Path> slices() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".slice")).sorted().toList();
        }
    }

    private RestoreReport restore() {
        return restore(Safety.DEFAULT);
    }

    private RestoreReport restore(Safety safety) {
        return Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        new ClusterTime(7, 120),
                        Map.of("rs0", "target"),
                        RestoreOptions.defaults(),
                        safety),
                RestoreProgress.silent(),
                (name, options) -> target);
    }

    private static OplogEntry prepare(int increment) {
        return entry(
                increment,
                "op: 'c', ns: 'admin.$cmd', lsid: {id: 1}, txnNumber: {$numberLong: '1'},"
                    + " prevOpTime: {ts: {$timestamp: {t: 0, i: 0}}, t: {$numberLong: '-1'}}, o:"
                    + " {applyOps: [{op: 'i', ns: 'db.c', ui: {$uuid:"
                    + " '00000000-0000-4000-8000-000000000001'}, o: {_id: 't', transacted: true}}],"
                    + " prepare: true}");
    }

    private static OplogEntry commit(int increment) {
        return entry(
                increment,
                "op: 'c', ns: 'admin.$cmd', lsid: {id: 1}, txnNumber: {$numberLong: '1'},"
                    + " prevOpTime: {ts: {$timestamp: {t: 7, i: 60}}, t: {$numberLong: '1'}}, o:"
                    + " {commitTransaction: 1, commitTimestamp: {$timestamp: {t: 7, i: 61}}}");
    }

    private static OplogEntry entry(int increment, String fields) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{%s, ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(fields, increment)));
    }
}
