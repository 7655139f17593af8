package io.tidemark.capture;

import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationWork;
import io.tidemark.capture.schedule.SnapshotWishes;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent does beside tailing.
 *
 * @param works the operations that it takes part in, each on threads of its own
 * @param wishes the snapshots that it begins by itself
 */
public record AgentOperations(
        Map<OperationKind, OperationWork> works, Optional<SnapshotWishes> wishes) {
    /** Nothing. */
    public static final AgentOperations NONE = new AgentOperations(Map.of(), Optional.empty());

    public AgentOperations {
        works = Map.copyOf(works);
    }
}
