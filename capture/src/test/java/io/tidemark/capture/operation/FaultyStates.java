package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * @param reach throws if the config servers can't be reached
 */
record FaultyStates(OperationStates states, Runnable reach) implements OperationStates {
    @Override
    public Optional<OperationState> find(OperationId id) {
        reach.run();
        return states.find(id);
    }

    @Override
    public boolean create(OperationState state) {
        reach.run();
        return states.create(state);
    }

    @Override
    public void save(OperationState state) {
        reach.run();
        states.save(state);
    }

    @Override
    public Map<ReplicaSet, ShareState> shares(OperationId id) {
        reach.run();
        return states.shares(id);
    }

    @Override
    public ShareState claim(OperationId id, ReplicaSet replicaSet, String owner, long token) {
        reach.run();
        return states.claim(id, replicaSet, owner, token);
    }

    @Override
    public void save(ShareState state) {
        reach.run();
        states.save(state);
    }

    @Override
    public void tell(Candidate candidate) {
        reach.run();
        states.tell(candidate);
    }

    @Override
    public List<Candidate> candidates(OperationId id) {
        reach.run();
        return states.candidates(id);
    }

    @Override
    public void askToCancel(OperationId id) {
        reach.run();
        states.askToCancel(id);
    }

    @Override
    public void forget(Instant before, int keep) {
        reach.run();
        states.forget(before, keep);
    }

    @Override
    public boolean isCancelAsked(OperationId id) {
        reach.run();
        return states.isCancelAsked(id);
    }
}
