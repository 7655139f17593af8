package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Works in steps: a check of the fence is one, the write after it is another. */
final class SimulatedTasks implements Tasks {
    private static final int PARTS = 4;
    private final SimulatedWorld world;
    private final String owner;
    private final List<Work> works = new ArrayList<>();

    SimulatedTasks(SimulatedWorld world, String owner) {
        this.world = world;
        this.owner = owner;
    }

    @Override
    public boolean canDo(OperationKind kind) {
        return kind == OperationKind.SNAPSHOT;
    }

    @Override
    public Running share(OperationKind kind, ReplicaSetTask task) {
        String folder = task.id() + "/" + task.replicaSet() + "/" + task.token() + "/";
        List<String> parts = new ArrayList<>();
        for (int part = 0; part < PARTS; part++) {
            parts.add(folder + part);
        }
        task.progress().expect(PARTS, PARTS);
        return started(
                new Work(
                        LockName.of(task.replicaSet()),
                        task.token(),
                        task.fence(),
                        parts,
                        "manifest/" + task.id() + "/" + task.replicaSet(),
                        task.progress()));
    }

    @Override
    public Running begin(OperationKind kind, LeaderTask task) {
        return started(new Work(LockName.CLUSTER, task.token(), task.fence(), List.of(), "", null));
    }

    @Override
    public Running complete(
            OperationKind kind,
            LeaderTask task,
            Map<String, String> plan,
            Map<ReplicaSet, Map<String, String>> facts) {
        Work work =
                new Work(
                        LockName.CLUSTER,
                        task.token(),
                        task.fence(),
                        List.of(),
                        "manifest/" + task.id(),
                        null);
        facts.keySet().forEach(set -> work.named.add("manifest/" + task.id() + "/" + set));
        return started(work);
    }

    /** One step of one work, if there is one. */
    void step() {
        works.removeIf(work -> work.ending != null);
        if (!works.isEmpty()) {
            works.get(world.random.nextInt(works.size())).step();
        }
    }

    private Work started(Work work) {
        works.add(work);
        return work;
    }

    private final class Work implements Running {
        private final LockName lock;
        private final long token;
        private final Fence fence;
        private final List<String> parts;
        private final String manifest;
        private final OperationProgress progress;
        private final List<String> named = new ArrayList<>();
        private boolean checked;
        private boolean stopped;
        private Ending ending;

        Work(
                LockName lock,
                long token,
                Fence fence,
                List<String> parts,
                String manifest,
                OperationProgress progress) {
            this.lock = lock;
            this.token = token;
            this.fence = fence;
            this.parts = parts;
            this.manifest = manifest;
            this.progress = progress;
        }

        @Override
        public Optional<Ending> ending() {
            return Optional.ofNullable(ending);
        }

        @Override
        public void stop() {
            stopped = true;
        }

        void step() {
            if (!checked) {
                check();
            } else {
                write();
            }
        }

        private void check() {
            if (stopped) {
                ending = new Broken("stopped", false, false);
                return;
            }
            if (world.random.nextInt(world.errorsPer) == 0) {
                ending = new Broken("the member went away", false, true);
                return;
            }
            try {
                fence.check();
                world.fenced.letPass(lock, token, owner);
                checked = true;
            } catch (FencedException e) {
                ending = new Broken(e.getMessage(), false, false);
            }
        }

        private void write() {
            checked = false;
            if (manifest.isEmpty()) {
                ending = new Succeeded(Map.of("plan", "of-" + token));
                return;
            }
            world.fenced.arrived(lock, token);
            if (named.size() < parts.size()) {
                String part = parts.get(named.size());
                if (!world.put(part, owner)) {
                    ending = new Broken("a part of the same token by another", true, true);
                    return;
                }
                named.add(part);
                progress.add(1, 1);
            } else {
                // One that is there already was made whole by an earlier owner.
                world.put(manifest, String.join(",", named));
                ending = new Succeeded(Map.of("token", Long.toString(token)));
            }
        }
    }
}
