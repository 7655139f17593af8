package io.tidemark.capture.operation;

import java.time.Duration;

/**
 * @param heartbeat how often a holder gives a sign of life
 * @param staleAfter a lock without one for so long may be taken over
 * @param lease for how long a holder believes a sign of life that a majority has confirmed; far
 *     below {@code staleAfter}
 * @param headStart by how much a worse member waits for a better one
 * @param commandAge commands older than this when they are first seen are ignored
 * @param abandonAfter a replica set on which nothing moves for so long makes the operation fail
 * @param attempts how often work on one replica set may end with an error
 */
public record OperationSettings(
        Duration heartbeat,
        Duration staleAfter,
        Duration lease,
        Duration headStart,
        Duration commandAge,
        Duration abandonAfter,
        int attempts) {
    public static final OperationSettings DEFAULTS =
            of(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(10));

    public OperationSettings {
        if (lease.multipliedBy(3).compareTo(staleAfter) > 0
                || heartbeat.multipliedBy(3).compareTo(staleAfter) > 0) {
            throw new IllegalArgumentException(
                    "heartbeat (%s) and lease (%s) must be at most a third of staleAfter (%s)"
                            .formatted(heartbeat, lease, staleAfter));
        }
    }

    /** With the other times in proportion to {@code staleAfter}. */
    public static OperationSettings of(
            Duration staleAfter, Duration commandAge, Duration abandonAfter) {
        return new OperationSettings(
                staleAfter.dividedBy(10),
                staleAfter,
                staleAfter.dividedBy(15),
                staleAfter.dividedBy(15),
                commandAge,
                abandonAfter,
                3);
    }
}
