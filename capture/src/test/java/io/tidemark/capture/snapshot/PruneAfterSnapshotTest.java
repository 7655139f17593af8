package io.tidemark.capture.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.capture.operation.Fence;
import io.tidemark.capture.operation.LeaderTask;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.retention.RetentionRule;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An agent's retention where the disk of the bucket is full. */
class PruneAfterSnapshotTest {
    private final InMemoryObjectStore objects = new InMemoryObjectStore();
    private final AtomicBoolean full = new AtomicBoolean(true);

    @Test
    void findsRoomForItsNotesInTheReserve() {
        Map<String, String> facts = prune(true);

        assertThat(facts).doesNotContainKey("pruneProblem").containsEntry("prunedObjects", "0");
        try (Stream<StoredObject> left = objects.list("", "")) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void tellsWhatToDoWhereThereIsNone() {
        assertThat(prune(false))
                .hasEntrySatisfying(
                        "pruneProblem",
                        why ->
                                assertThat(why)
                                        .contains("disk is full", "make room for a few files"));
    }

    private Map<String, String> prune(boolean reserve) {
        PruneAfterSnapshot prune =
                new PruneAfterSnapshot(
                        store(reserve),
                        new ClusterName("c"),
                        RetentionRule.DEFAULT,
                        "agent",
                        Clock.systemUTC());
        Fence ours = () -> {};
        return prune.run(
                new LeaderTask(new OperationId("op"), Map.of(), List.of(), 1, ours, id -> false));
    }

    /** Takes no put until its reserve is given up. */
    private ObjectStore store(boolean reserve) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (proxy, method, arguments) -> answer(reserve, method, arguments));
    }

    private Object answer(boolean reserve, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("releaseReserve")) {
            full.set(!reserve);
            return reserve;
        }
        if (method.getName().equals("canFillUp")) {
            return true;
        }
        if (method.getName().equals("put") && full.get()) {
            throw new UnreachableException("the disk is full", null);
        }
        try {
            return method.invoke(objects, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
