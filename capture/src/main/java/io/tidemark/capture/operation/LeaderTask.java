package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import java.util.List;
import java.util.Map;

/**
 * What the leader of an operation knows.
 *
 * @param parameters as the command gave them
 * @param replicaSets all that take part, the config servers among them
 * @param token of the leader's lock: grows whenever the lead changes hands, never used twice
 * @param fence of the lead
 * @param history of other operations
 */
public record LeaderTask(
        OperationId id,
        Map<String, String> parameters,
        List<SourceSet> replicaSets,
        long token,
        Fence fence,
        OperationHistory history) {
    public LeaderTask {
        parameters = Map.copyOf(parameters);
        replicaSets = List.copyOf(replicaSets);
    }
}
