package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.serial.SerialCollection;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Updates of servers before 5.0 don't bear to be applied twice: {@code unset g, set g, set f} over
 * its own result gives {@code f, g}, where {@code g, f} is right. A restore that is killed in the
 * middle of them and goes on applies each of them once, also those that it gathers into other
 * batches than the run before.
 *
 * <p>Other ones: {@code -Dtidemark.seed=N}.
 */
final class KilledUpdatesTest {
    private static final String NS = "db.c";
    private static final int DOCUMENTS = 2;
    private static final int OPERATIONS = 120;
    private static final long SEEDS = 12;
    private static final int KILLS = 12;
    private static final List<String> FIELDS = List.of("f", "g");
    @TempDir Path folder;

    @Test
    void appliesEachUpdateOnceWhereverItIsKilled() {
        Long one = Long.getLong("tidemark.seed");
        LongStream seeds = one != null ? LongStream.of(one) : LongStream.range(1, 1 + SEEDS);
        seeds.forEach(this::killAndCompare);
    }

    private void killAndCompare(long seed) {
        Random random = new Random(seed * 17 + 11);
        HandMadeOplog oplog = oplog(random);
        int batch = List.of(1, 3, 50).get(random.nextInt(3));
        RestoreOptions options =
                new RestoreOptions(batch, 20_000, random.nextInt(2) * 5_000, 1 << 20, 1, 100)
                        .withCheckpoints(new RestoreOptions.Frequency(40, Duration.ofHours(1)));
        List<RawDocument> wanted =
                oplog.replayed().collections().stream()
                        .map(SerialCollection::documents)
                        .flatMap(documents -> documents.stream().map(BsonFiles::raw))
                        .toList();
        try (TestArchive archive = new TestArchive(folder.resolve("seed" + seed))) {
            archive.slices("rs", ReplicaSetRole.shard("rs"), ClusterTime.ZERO, oplog.entries());
            DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
            restore(archive, oplog.end(), options, new MemoryRestoreTarget("rs:1"), immortal);
            for (int i = 0; i < KILLS; i++) {
                long kill = 1 + random.nextInt((int) immortal.calls());
                MemoryRestoreTarget target = new MemoryRestoreTarget("rs:1");
                restoreKilledAt(kill, archive, oplog.end(), options, target, random);

                assertThat(target.documents(NS))
                        .as("seed %d, killed at call %d", seed, kill)
                        .containsExactlyInAnyOrderElementsOf(wanted);
            }
        }
    }

    private static HandMadeOplog oplog(Random random) {
        HandMadeOplog oplog = new HandMadeOplog().create(NS, new BsonDocument());
        Set<BsonInt32> there = new HashSet<>();
        for (int i = 0; i < OPERATIONS; i++) {
            BsonInt32 id = new BsonInt32(random.nextInt(DOCUMENTS));
            oplog.add(operation(random, id, there));
        }
        return oplog;
    }

    /** Mostly a delta; some documents are replaced, deleted and inserted again on the way. */
    private static BsonDocument operation(Random random, BsonInt32 id, Set<BsonInt32> there) {
        BsonDocument whole = new BsonDocument("_id", id);
        if (there.add(id)) {
            return HandMadeOplog.insertOf(NS, whole);
        }
        int chosen = random.nextInt(14);
        if (chosen == 0) {
            there.remove(id);
            return HandMadeOplog.deleteOf(NS, id);
        }
        BsonDocument change =
                new BsonDocument(
                        FIELDS.get(random.nextInt(FIELDS.size())),
                        new BsonInt32(random.nextInt(100)));
        if (chosen == 1) {
            whole.putAll(change);
            return HandMadeOplog.updateOf(NS, id, whole);
        }
        String operator = random.nextInt(5) < 2 ? "$unset" : "$set";
        return HandMadeOplog.updateOf(
                NS, id, new BsonDocument("$v", new BsonInt32(1)).append(operator, change));
    }

    private static void restoreKilledAt(
            long call,
            TestArchive archive,
            ClusterTime end,
            RestoreOptions options,
            MemoryRestoreTarget target,
            Random random) {
        try {
            restore(archive, end, options, target, new DyingTarget.Life(call, random));
        } catch (DyingTarget.Killed dead) {
            // While the last mark goes, the restore is whole already.
            if (target.readMark().isPresent() || target.documents(NS).isEmpty()) {
                DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
                restore(archive, end, options, target, immortal);
            }
        }
    }

    private static void restore(
            TestArchive archive,
            ClusterTime end,
            RestoreOptions options,
            MemoryRestoreTarget target,
            DyingTarget.Life life) {
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
}
