package io.tidemark.capture.operation;

/**
 * What the parts of one agent's operations share.
 *
 * @param name of this life of the agent, never used by another
 */
public record AgentPorts(
        String name,
        Locks locks,
        OperationStates states,
        MemberCheck members,
        Tasks tasks,
        OperationBoard board,
        OperationClock clock,
        OperationSettings settings) {
    LockRace raceFor(LockName lock) {
        return new LockRace(locks, lock, name, clock, settings);
    }
}
