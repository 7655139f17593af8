package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of operations, beside the locks: held by a majority when a call returns, and read
 * from a majority. A write of a holder whose lock is another's by now changes nothing, whenever it
 * arrives: the store compares tokens.
 *
 * <p>Exceptions as in {@link Locks}, and {@link FencedException} where a later token has written.
 */
public interface OperationStates extends OperationHistory {
    Optional<OperationState> find(OperationId id);

    /**
     * Makes it known if it isn't.
     *
     * @return false if it was known; nothing is changed then
     */
    boolean create(OperationState state);

    /** By the leader whose token the state has. */
    void save(OperationState state);

    /** Those that have an owner or had one. */
    Map<ReplicaSet, ShareState> shares(OperationId id);

    /**
     * Gives a share to the holder of its lock: whoever had it before can't change it any more.
     *
     * @return the share, the new owner in it
     */
    ShareState claim(OperationId id, ReplicaSet replicaSet, String owner, long token);

    /** By the holder of the replica set's lock whose token the state has. */
    void save(ShareState state);

    /** Replaces what the agent said before. */
    void tell(Candidate candidate);

    List<Candidate> candidates(OperationId id);

    /** Asks the leader to end the operation. Harmless when repeated. */
    void askToCancel(OperationId id);

    boolean isCancelAsked(OperationId id);

    /**
     * Removes all that is known of operations that have ended and are old. Cut short, it is gone on
     * with by the next call.
     *
     * @param before those that were asked for earlier
     * @param keep so many of the newest stay, however old
     */
    void forget(Instant before, int keep);

    @Override
    default boolean hasEnded(OperationId id) {
        return find(id).filter(state -> state.phase().isEnd()).isPresent();
    }
}
