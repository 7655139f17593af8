package io.tidemark.capture.operation;

import java.util.Map;

/**
 * What an operation does on one replica set, once its agent holds the lock. Runs on a thread of its
 * own.
 */
public interface ReplicaSetWork {
    /**
     * Does the whole share, or what an earlier run left of it: the agent of that run may have died
     * at any point, and may even have finished without having been able to say so.
     *
     * @return facts for the leader, such as where the base begins and ends
     * @throws InterruptedException when the operation is cancelled or the agent stops
     * @throws FencedException as {@link Fence#check} said
     * @throws OperationFailedException if trying again is of no use
     * @throws RuntimeException anything else: another agent, or this one later, tries again
     */
    Map<String, String> run(ReplicaSetTask task) throws InterruptedException;
}
