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

    @Override
    void close();
}
