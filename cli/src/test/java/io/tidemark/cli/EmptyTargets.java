package io.tidemark.cli;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An empty simulated replica set for each of a cluster's, reached over the wire. */
public final class EmptyTargets implements AutoCloseable {
    private final Map<String, SimulatedReplicaSet> targets = new TreeMap<>();

    /** Starts one for each of these replica sets. */
    public void start(Collection<String> replicaSets) {
        replicaSets.forEach(
                name ->
                        targets.put(
                                name,
                                SimulatedReplicaSet.builder("new-" + name).newestOnly().start()));
    }

    /** By the name of the replica set that goes into it. */
    public Map<String, SimulatedReplicaSet> all() {
        return targets;
    }

    /** Words of a command, with {@code --target} for each. */
    public List<String> words(String... first) {
        List<String> words = new ArrayList<>(List.of(first));
        targets.forEach((name, set) -> words.add("--target=" + name + "=" + set.uri()));
        return words;
    }

    @Override
    public void close() {
        targets.values().forEach(SimulatedReplicaSet::close);
    }
}
