package io.tidemark.capture.snapshot;

import io.tidemark.capture.operation.LeaderTask;
import java.util.Map;

/** What is done once a snapshot of the whole cluster is there, before its operation ends. */
@FunctionalInterface
public interface AfterSnapshot {
    /** Nothing. */
    AfterSnapshot NONE = task -> Map.of();

    /**
     * Must not fail because of what it does: the snapshot stands.
     *
     * @param task whose fence is asked before each change
     * @return facts for whoever asked for the snapshot
     * @throws io.tidemark.capture.operation.FencedException as the fence said
     */
    Map<String, String> run(LeaderTask task);
}
