package io.tidemark.restore;

import io.tidemark.restore.guard.TargetFacts;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.model.Namespace;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A server that is restored into. */
public interface RestoreTarget extends ReplayTarget, AutoCloseable {
    /**
     * Asks the target about itself; writes nothing.
     *
     * @throws RestoreException.Unreachable if it doesn't answer
     */
    TargetFacts inspect();

    /**
     * Lets the target remove expired documents, or not; its primary forgets it when it restarts.
     *
     * @throws RestoreException.TargetRefused if it doesn't let us
     */
    void expireDocuments(boolean on);

    /**
     * Inserts documents whose {@code _id} is free.
     *
     * @return the ids that are taken, by the target's own idea of equal ids; what has them stays
     */
    default Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        Set<DocumentId> taken = new HashSet<>();
        Set<DocumentId> ids =
                documents.stream().map(DocumentWrite.Put::id).collect(Collectors.toSet());
        find(namespace, ids, (id, document) -> taken.add(id));
        write(
                namespace,
                documents.stream()
                        .filter(put -> !taken.contains(put.id()))
                        .map(DocumentWrite.class::cast)
                        .toList());
        return taken;
    }

    /** Leaves a mark: from here on and until {@link #unmark} the target is half restored. */
    void mark(String description);

    /** The restore is whole. */
    void unmark();

    /** Twice is harmless. */
    @Override
    void close();

    /** Opens targets; tests restore into memory through it. */
    interface Connector {
        /**
         * @param connectionString may hold credentials: never for messages
         */
        RestoreTarget connect(String connectionString, RestoreOptions options);
    }
}
