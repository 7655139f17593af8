package io.tidemark.capture.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoSnapshotMembers;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FileObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.Document;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whose processors a scan takes. The one without a limit comes first: beside other tests, threads
 * that give way to everything would be long in loading their classes.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LimitedScanTest {
    private static final Path STATE = Path.of("/proc/thread-self/stat");

    /** Of sched.h. */
    private static final int SCHED_OTHER = 0;

    private static final int SCHED_IDLE = 5;
    private static final long MIB = 1L << 20;

    @TempDir private Path folder;

    @Test
    @Order(1)
    void takesItsPartWhereNothingIsLimited() throws Exception {
        assertThat(policies(SnapshotSettings.DEFAULTS)).containsExactly(SCHED_OTHER);
    }

    @Test
    @Order(2)
    void givesWayToTheSourcesOwnWork() throws Exception {
        assertThat(policies(SnapshotSettings.DEFAULTS.limitedTo(64 * MIB)))
                .containsExactly(SCHED_IDLE);
    }

    /** Of the threads that read documents. */
    private Set<Integer> policies(SnapshotSettings settings) throws Exception {
        assumeTrue(Files.isReadable(STATE), "no " + STATE + ": needs Linux");
        assumeTrue(hasChrt(), "no chrt: needs util-linux");
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(1).start();
                FileObjectStore store = new FileObjectStore(folder)) {
            try (MongoClient client = MongoClients.create(set.uri())) {
                client.getDatabase("shop")
                        .getCollection("orders")
                        .insertOne(new Document("_id", 1));
            }
            Set<Integer> policies = ConcurrentHashMap.newKeySet();
            scan(set, new SnapshotBucket(store, FrameOptions.defaults(), settings), policies);
            return policies;
        }
    }

    private static void scan(SimulatedReplicaSet set, SnapshotBucket bucket, Set<Integer> policies)
            throws InterruptedException {
        MongoAccess access =
                new MongoAccess(new ConnectionString(set.uri()), Duration.ofSeconds(60));
        String member = set.members().get(0).address();
        try (SnapshotSource source =
                new MongoSnapshotMembers(access)
                        .open(member, bucket.settings().threads(), bucket.batchBytes())) {
            SnapshotShare share =
                    new SnapshotShare(
                            new BasePlace(
                                    new ClusterName("shop"),
                                    source.incarnation(),
                                    "base",
                                    new ReplicaSet("rs0")),
                            ReplicaSetRole.shard("shard0"),
                            Optional.empty(),
                            1,
                            () -> {},
                            new Policies(policies));
            new ReplicaSetSnapshot(source, bucket, share).run();
        }
    }

    private static boolean hasChrt() throws InterruptedException {
        try {
            return new ProcessBuilder("chrt", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Looks at the thread that tells. */
    private record Policies(Set<Integer> seen) implements SnapshotShare.Progress {
        @Override
        public void expect(long documents, long bytes) {
            // Told by another thread, which reads the catalogue.
        }

        @Override
        public void add(long documents, long bytes) {
            try {
                String state = Files.readString(STATE);
                // The name, in brackets, may hold spaces; field 3 follows it, 41 is the policy.
                String[] fields = state.substring(state.lastIndexOf(')') + 2).split(" ");
                seen.add(Integer.parseInt(fields[41 - 3]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
