package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica set that was created anew under the same name: two histories, never mixed. */
final class SeveralLivesTest {
    private static final ReplicaSetRole SHARD = ReplicaSetRole.shard("rs0");
    private static final Incarnation OLD = new Incarnation("a".repeat(24));
    private static final Incarnation NEW = new Incarnation("b".repeat(24));

    @TempDir Path folder;
    private TestArchive archive;

    @BeforeEach
    void open() {
        archive = new TestArchive(folder);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void eachTimeIsRestoredFromTheLifeItBelongsTo() {
        archive.slices(OLD, "rs0", SHARD, ClusterTime.ZERO, life(1, 100, "old"));
        archive.slices(NEW, "rs0", SHARD, ClusterTime.ZERO, life(150, 200, "new"));

        assertThat(restored(50)).hasSize(49).allMatch(id -> id.startsWith("old"));
        assertThat(restored(100)).hasSize(99).allMatch(id -> id.startsWith("old"));
        assertThat(restored(200)).hasSize(50).allMatch(id -> id.startsWith("new"));
        assertThatThrownBy(() -> restored(120)).isInstanceOf(RestoreException.NotCovered.class);
    }

    @Test
    void theTimelineSaysWhatIsBetweenTheLives() {
        archive.slices(OLD, "rs0", SHARD, ClusterTime.ZERO, life(1, 100, "old"));
        archive.slices(NEW, "rs0", SHARD, ClusterTime.ZERO, life(150, 200, "new"));

        RestoreWindows windows = timeline().windows(Policy.EXACT);

        assertThat(windows.windows())
                .extracting(w -> w.earliest() + " " + w.latest())
                .containsExactly("7:1 7:100", "7:150 7:200");
        assertThat(windows.explain(time(120)).reasons())
                .extracting(reason -> reason.kind())
                .containsExactly("incarnationChange");
    }

    @Test
    void whereTwoLivesAreArchivedForTheSameTimesTheLaterOneCounts() {
        archive.slices(OLD, "rs0", SHARD, ClusterTime.ZERO, life(1, 100, "old"));
        archive.slices(NEW, "rs0", SHARD, time(80), life(81, 90, "new"));

        RestoreWindows windows = timeline().windows(Policy.EXACT);

        // The new life has no base; the old one is no history of times in which it was replaced.
        assertThat(windows.windows())
                .extracting(w -> w.earliest() + " " + w.latest())
                .containsExactly("7:1 7:79");
        assertThat(restored(79)).hasSize(78);
        assertThatThrownBy(() -> restored(95)).isInstanceOf(RestoreException.NotCovered.class);
    }

    private ClusterTimeline timeline() {
        return archive.timeline();
    }

    private List<String> restored(int increment) {
        MemoryRestoreTarget target = new MemoryRestoreTarget("target:1");
        Restore.run(
                new RestoreRequest(
                        archive.store(),
                        TestArchive.CLUSTER,
                        time(increment),
                        Map.of("rs0", "target")),
                RestoreProgress.silent(),
                (name, options) -> target);
        return target.documents("db.c").stream().map(d -> d.string("_id").orElseThrow()).toList();
    }

    private static ClusterTime time(int increment) {
        return new ClusterTime(7, increment);
    }

    /** Creates a collection, then inserts. */
    private static List<OplogEntry> life(int from, int through, String name) {
        List<OplogEntry> entries = new ArrayList<>();
        entries.add(entry(from, "c", "db.$cmd", "{create: 'c'}", name));
        for (int i = from + 1; i <= through; i++) {
            entries.add(entry(i, "i", "db.c", "{_id: '" + name + i + "'}", name));
        }
        return entries;
    }

    private static OplogEntry entry(int increment, String op, String ns, String o, String name) {
        String uuid = "00000000-0000-4000-8000-00000000000" + (name.equals("old") ? 1 : 2);
        String json =
                "{op: '%s', ns: '%s', o: %s, ui: {$uuid: '%s'}, ts: {$timestamp: {t: 7, i: %d}},"
                        + " t: {$numberLong: '1'}, v: {$numberLong: '2'}}";
        return OplogEntry.of(BsonFiles.json(json.formatted(op, ns, o, uuid, increment)));
    }
}
