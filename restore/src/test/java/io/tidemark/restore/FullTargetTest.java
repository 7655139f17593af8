package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.serial.SerialCollection;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.frames.FrameKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore whose target's disk fills up, at each of its writes, and has room again later. */
final class FullTargetTest {
    private static final String NS = "db.c";
    private static final int DOCUMENTS = 40;
    @TempDir Path folder;

    @Test
    void saysSoAndGoesOnOnceThereIsRoom() {
        HandMadeOplog oplog = oplog();
        List<String> told = new ArrayList<>();
        try (TestArchive archive = new TestArchive(folder);
                SimulatedReplicaSet target = SimulatedReplicaSet.builder("new").start()) {
            archive.slices("rs", ReplicaSetRole.shard("rs"), ClusterTime.ZERO, oplog.entries());
            int room = 0;
            RestoreException full;
            do {
                // Each run has a little more of it than the one before.
                target.member(0).faults().fillDiskAfter(room++);
                full =
                        catchThrowableOfType(
                                RestoreException.class,
                                () -> restore(archive, target, oplog.end()));
                if (full != null) {
                    requireToldAsFull(full);
                    told.add(full.getMessage());
                }
            } while (full != null);
            requireWhole(target, oplog);
        }
        assertThat(told.toString())
                .contains("refused to leave the mark of a restore under way (error 14031)")
                .contains("refused to create collection " + NS)
                .contains("refused to insert into " + NS);
    }

    @Test
    void anIndexThatFindsNoRoomIsBuiltByTheNextRun() {
        HandMadeOplog oplog = oplog();
        try (TestArchive archive = new TestArchive(folder);
                SimulatedReplicaSet target = SimulatedReplicaSet.builder("new").start()) {
            archive.slices("rs", ReplicaSetRole.shard("rs"), ClusterTime.ZERO, oplog.entries());
            RestoreProgress fills =
                    new RestoreProgress() {
                        @Override
                        public void phase(Phase phase) {
                            if (phase == Phase.INDEXES) {
                                target.member(0).faults().fillDiskAfter(0);
                            }
                        }

                        @Override
                        public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
                            // Nobody looks.
                        }
                    };
            RestoreException full =
                    catchThrowableOfType(
                            RestoreException.class,
                            () -> restore(archive, target, oplog.end(), fills));
            requireToldAsFull(full);
            assertThat(full.isMidway()).isTrue();

            target.member(0).faults().none();
            restore(archive, target, oplog.end());

            requireWhole(target, oplog);
        }
    }

    private static void requireToldAsFull(RestoreException full) {
        assertThat(full.exitCode()).as("%s", full.getMessage()).isEqualTo(4);
        assertThat(full).hasMessageContaining("(error 14031)");
        assertThat(full).hasMessageContaining("Its disk is full, or nearly so: make room there.");
    }

    private static void requireWhole(SimulatedReplicaSet target, HandMadeOplog oplog) {
        List<String> wanted =
                oplog.replayed().collections().stream()
                        .map(SerialCollection::documents)
                        .flatMap(java.util.Collection::stream)
                        .map(BsonDocument::toJson)
                        .toList();
        assertThat(target.primary().find(NS, new BsonDocument(), Optional.empty()))
                .extracting(RawBsonDocument::toJson)
                .containsExactlyInAnyOrderElementsOf(wanted);
        assertThat(target.primary().collection(NS).orElseThrow().indexes()).hasSize(2);
    }

    private static HandMadeOplog oplog() {
        HandMadeOplog oplog = new HandMadeOplog().create(NS, new BsonDocument());
        oplog.add(
                HandMadeOplog.commandOf(
                        NS,
                        BsonDocument.parse(
                                "{createIndexes: 'c', v: 2, key: {a: 1}, name: 'a_1'}")));
        for (int i = 0; i < DOCUMENTS; i++) {
            BsonInt32 id = new BsonInt32(i);
            oplog.add(HandMadeOplog.insertOf(NS, new BsonDocument("_id", id)));
        }
        for (int i = 0; i < DOCUMENTS; i++) {
            BsonInt32 id = new BsonInt32(i);
            BsonDocument whole = new BsonDocument("_id", id).append("a", new BsonString("b" + i));
            oplog.add(HandMadeOplog.updateOf(NS, id, whole));
        }
        return oplog;
    }

    private static void restore(TestArchive archive, SimulatedReplicaSet target, ClusterTime end) {
        restore(archive, target, end, RestoreProgress.silent());
    }

    private static void restore(
            TestArchive archive,
            SimulatedReplicaSet target,
            ClusterTime end,
            RestoreProgress progress) {
        Restore.run(
                new RestoreRequest(
                        archive.store(),
                        FrameKeys.NONE,
                        TestArchive.CLUSTER,
                        end,
                        Map.of("rs", target.uri()),
                        new RestoreOptions(20, 20_000, 5_000, 1 << 20, 1, 100)
                                .withCheckpoints(
                                        new RestoreOptions.Frequency(20, Duration.ofHours(1)))),
                progress);
    }
}
