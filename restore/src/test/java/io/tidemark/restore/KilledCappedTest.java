package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A capped collection whose restore is killed at every call in turn: the documents that are left,
 * and their order, are those of a restore that nobody killed.
 */
final class KilledCappedTest {
    private static final long SEED = 20_261_129L;
    private static final Namespace CAPPED = Namespace.of("db.c");
    private static final int MOST = 7;
    @TempDir Path folder;

    @Test
    void keepsWhatACappedCollectionKeepsInItsOrderWhereverItIsKilled() {
        Random random = new Random(SEED);
        try (TestArchive archive = new TestArchive(folder)) {
            List<OplogEntry> oplog = oplog(random);
            archive.slices("rs", ReplicaSetRole.shard("rs"), ClusterTime.ZERO, oplog);
            ClusterTime end = oplog.get(oplog.size() - 1).clusterTime();
            Kept whole = new Kept();
            DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
            restore(archive, end, whole, immortal);
            List<RawDocument> wanted = whole.documents(CAPPED.toString());
            assertThat(wanted).hasSize(MOST);
            for (long kill = 1; kill <= immortal.calls(); kill++) {
                Kept target = new Kept();
                restoreKilledAt(kill, archive, end, target, random);

                assertThat(target.documents(CAPPED.toString()))
                        .as("seed %d, killed at call %d", SEED, kill)
                        .isEqualTo(wanted);
            }
        }
    }

    private static void restoreKilledAt(
            long call, TestArchive archive, ClusterTime end, Kept target, Random random) {
        DyingTarget.Life mortal = new DyingTarget.Life(call, random);
        try {
            restore(archive, end, target, mortal);
        } catch (DyingTarget.Killed dead) {
            // While the last mark goes, the restore is whole already.
            boolean marked = target.readMark().isPresent();
            boolean begun = !target.documents(CAPPED.toString()).isEmpty();
            if (marked || !begun) {
                restore(archive, end, target, new DyingTarget.Life(Long.MAX_VALUE, random));
            }
        }
    }

    private static void restore(
            TestArchive archive, ClusterTime end, Kept target, DyingTarget.Life life) {
        RestoreOptions options =
                new RestoreOptions(4, 20_000, 0, 1 << 20, 2, 1_000)
                        .withCheckpoints(new RestoreOptions.Frequency(9, Duration.ofHours(1)));
        Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        end,
                        Map.of("rs", "rs"),
                        options),
                RestoreProgress.silent(),
                (name, o) -> new DyingTarget(target, life));
    }

    /** Inserts of documents of many sizes, and changes in place of some that may be there. */
    private static List<OplogEntry> oplog(Random random) {
        List<OplogEntry> oplog = new ArrayList<>();
        oplog.add(
                entry(
                        oplog,
                        "c",
                        "db.$cmd",
                        "{create: 'c', capped: true, size: 9999, max: 7}",
                        ""));
        for (int i = 0; i < 60; i++) {
            oplog.add(entry(oplog, "i", "db.c", "{_id: " + i + ", v: 0}", ""));
            if (random.nextInt(3) == 0) {
                int id = Math.max(0, i - random.nextInt(3));
                String diff = "{$v: 2, diff: {u: {v: " + (i + 100) + "}}}";
                oplog.add(entry(oplog, "u", "db.c", diff, "o2: {_id: " + id + "},"));
            }
        }
        return oplog;
    }

    private static OplogEntry entry(
            List<OplogEntry> before, String op, String ns, String o, String o2) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{op: '%s', ns: '%s', o: %s, %s ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                .formatted(op, ns, o, o2, before.size() + 1)));
    }

    /** A server that cuts off the oldest documents. */
    private static final class Kept extends MemoryRestoreTarget {
        Kept() {
            super("rs:1");
        }

        @Override
        public synchronized void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
            for (DocumentWrite write : writes) {
                super.writeInOrder(namespace, List.of(write));
                MemoryTarget.Contents contents = data().collections().get(namespace);
                Iterator<DocumentId> oldest = contents.documents().keySet().iterator();
                while (contents.documents().size() > MOST) {
                    oldest.next();
                    oldest.remove();
                }
            }
        }
    }
}
