package io.tidemark.capture;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tidemark.capture.operation.Fence;
import io.tidemark.capture.operation.LeaderTask;
import io.tidemark.capture.operation.LeaderWork;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationWork;
import io.tidemark.capture.operation.ReplicaSetTask;
import io.tidemark.capture.operation.ReplicaSetWork;
import io.tidemark.schemas.config.ConfigValues;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole agent whose operation puts some small objects, slowly enough to be met in the middle. */
final class OperationProcess {
    static final int PARTS = 8;
    private static final long PART_MILLIS = 250;

    private OperationProcess() {}

    /** Bucket, name of the agent. */
    public static void main(String[] args) {
        ObjectStore store = new FileObjectStore(Path.of(args[0]));
        CaptureConfig config =
                CaptureConfig.of(
                        ConfigValues.fromEnvironment(System.getenv(), "TIDEMARK_CAPTURE_"));
        CaptureAgent agent =
                new CaptureAgent(
                        config,
                        new ConfluentRestRegistry(config.registry()),
                        args[1],
                        Clock.systemUTC(),
                        new CompositeMeterRegistry(),
                        new AgentOperations(
                                Map.of(
                                        OperationKind.SNAPSHOT,
                                        new OperationWork(
                                                new Parts(store, args[1]), new Whole(store))),
                                Optional.empty()));
        agent.start();
        agent.ended().join();
    }

    /** Content tells who wrote, and when his fence had let it pass. */
    private static void put(ObjectStore store, Fence fence, String key, String content) {
        fence.check();
        String told = content + ";passed=" + System.currentTimeMillis();
        try {
            store.put(key, Body.of(told.getBytes(StandardCharsets.UTF_8)));
        } catch (FencedException e) {
            if (!key.contains("manifest")) {
                throw e; // nobody else writes under this token
            }
            // An earlier owner was done.
        }
    }

    private record Parts(ObjectStore store, String agent) implements ReplicaSetWork {
        @Override
        public Map<String, String> run(ReplicaSetTask task) throws InterruptedException {
            String folder = task.id() + "/" + task.replicaSet() + "/";
            task.progress().expect(PARTS, PARTS);
            String first = task.progress().remember("first", agent);
            put(store, task.fence(), folder + task.token() + "/begun", "by=" + agent);
            List<String> parts = new ArrayList<>();
            for (int part = 0; part < PARTS; part++) {
                Thread.sleep(PART_MILLIS);
                String key = folder + task.token() + "/" + part;
                put(store, task.fence(), key, "by=" + agent);
                parts.add(key);
                task.progress().add(1, 1);
            }
            put(
                    store,
                    task.fence(),
                    folder + "manifest",
                    "parts=" + String.join(",", parts) + ";by=" + agent);
            return Map.of("first", first, "member", task.member().address());
        }
    }

    private record Whole(ObjectStore store) implements LeaderWork {
        @Override
        public Map<String, String> begin(LeaderTask task) {
            return Map.of("method", "parts");
        }

        @Override
        public Map<String, String> complete(
                LeaderTask task,
                Map<String, String> plan,
                Map<ReplicaSet, Map<String, String>> facts) {
            put(store, task.fence(), task.id() + "/manifest", "sets=" + facts.keySet());
            return Map.of("replicaSets", facts.keySet().toString());
        }
    }
}
