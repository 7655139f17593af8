package io.tidemark.capture.operation;

import java.util.Collection;

/**
 * Where people look how an operation is. Nothing depends on it: what counts are the locks and
 * states.
 */
public interface OperationBoard extends AutoCloseable {
    /** Never throws: what can't be told is logged. */
    void tell(
            OperationState state, Collection<ShareState> shares, Collection<Candidate> candidates);

    /**
     * The whole exists: what others learn of it for good. Called before the operation is kept as
     * done, and again by the next leader if this one dies in between. Never throws.
     */
    void complete(OperationState done, Collection<ShareState> shares);

    @Override
    void close();
}
