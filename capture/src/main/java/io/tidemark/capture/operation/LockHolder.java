package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ClusterTime;

/**
 * @param owner a process, never the same for two lives of it
 * @param acquiredAt cluster time
 */
public record LockHolder(
        OperationId operation, OperationKind kind, String owner, ClusterTime acquiredAt) {
    /** For messages. */
    public String words() {
        return "%s %s (agent %s, since %s)"
                .formatted(kind.word(), operation, owner, acquiredAt.toInstant());
    }
}
