package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operation as its leader keeps it.
 *
 * @param request what was asked for
 * @param replicaSets that take part
 * @param plan what {@link LeaderWork#begin} answered; empty before
 * @param facts what {@link LeaderWork#complete} answered; empty before
 * @param why it failed or was refused
 * @param leader the last one, and {@code token} the one of its lock
 */
public record OperationState(
        ControlCommand request,
        OperationPhase phase,
        List<ReplicaSet> replicaSets,
        Map<String, String> plan,
        Map<String, String> facts,
        Optional<String> why,
        String leader,
        long token) {
    public OperationState {
        replicaSets = List.copyOf(replicaSets);
        plan = Map.copyOf(plan);
        facts = Map.copyOf(facts);
    }

    static OperationState waiting(
            ControlCommand request, List<ReplicaSet> sets, String leader, long token) {
        return new OperationState(
                request,
                OperationPhase.WAITING,
                sets,
                Map.of(),
                Map.of(),
                Optional.empty(),
                leader,
                token);
    }

    static OperationState refused(ControlCommand request, String why, String by) {
        return new OperationState(
                request,
                OperationPhase.REFUSED,
                List.of(),
                Map.of(),
                Map.of(),
                Optional.of(why),
                by,
                0);
    }

    public OperationId id() {
        return request.id();
    }

    OperationState because(Optional<String> reason) {
        return new OperationState(request, phase, replicaSets, plan, facts, reason, leader, token);
    }

    OperationState ledBy(String newLeader, long newToken) {
        return new OperationState(
                request, phase, replicaSets, plan, facts, why, newLeader, newToken);
    }

    OperationState running(Map<String, String> decided) {
        return new OperationState(
                request, OperationPhase.RUNNING, replicaSets, decided, facts, why, leader, token);
    }

    OperationState done(Map<String, String> told) {
        return new OperationState(
                request, OperationPhase.DONE, replicaSets, plan, told, why, leader, token);
    }

    OperationState ended(OperationPhase end, String reason) {
        return new OperationState(
                request, end, replicaSets, plan, facts, Optional.of(reason), leader, token);
    }
}
