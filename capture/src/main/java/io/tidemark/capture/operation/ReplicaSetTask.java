package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.OplogMember;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Map;

/**
 * One replica set's share of an operation, given to the agent that holds the replica set's lock.
 *
 * @param id of the operation
 * @param source the replica set
 * @param member what to read from: the member that made this agent suitable
 * @param token of the lock: grows whenever the lock changes hands, never used twice
 * @param plan what the leader decided for all replica sets ({@link LeaderWork#begin})
 * @param remembered what earlier runs of this share kept
 */
public record ReplicaSetTask(
        OperationId id,
        SourceSet source,
        OplogMember member,
        long token,
        Map<String, String> plan,
        Map<String, String> remembered,
        Fence fence,
        OperationProgress progress) {
    public ReplicaSetTask {
        plan = Map.copyOf(plan);
        remembered = Map.copyOf(remembered);
    }

    public ReplicaSet replicaSet() {
        return source.replicaSet();
    }

    public boolean configServer() {
        return source.isConfigServer();
    }
}
