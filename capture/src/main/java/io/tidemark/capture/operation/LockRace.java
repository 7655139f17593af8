package io.tidemark.capture.operation;

import java.util.Optional;

/**
 * One agent's wish for one lock. A free lock is taken after the head start that better agents have;
 * a lock whose holder gives no sign of life is taken over when two clocks agree that it is stale:
 * cluster time, and this agent's own, by which the same sign was seen for {@code staleAfter}.
 * Either alone could jump.
 */
final class LockRace {
    private final Locks locks;
    private final LockName name;
    private final String owner;
    private final OperationClock clock;
    private final OperationSettings settings;
    private LockSighting last;
    private long unchangedSince;

    LockRace(
            Locks locks,
            LockName name,
            String owner,
            OperationClock clock,
            OperationSettings settings) {
        this.locks = locks;
        this.name = name;
        this.owner = owner;
        this.clock = clock;
        this.settings = settings;
    }

    /** Looks once; from then on a sighting that stays the same grows old. */
    LockSighting look() {
        LockSighting now = locks.look(name);
        if (last == null || !now.isSameAs(last)) {
            // After the answer: the holder's sign of life was sent before this moment for sure.
            unchangedSince = clock.nanoTime();
        }
        last = now;
        return now;
    }

    /**
     * @param rank of this agent's member, 0 for the best
     */
    Optional<HeldLock> tryFor(OperationId operation, OperationKind kind, int rank) {
        LockSighting seen = look();
        long nanos = clock.nanoTime();
        long millis = clock.millis();
        if (seen.isHeldBy(owner) && seen.isFor(operation)) {
            // An earlier try that seemed to have failed.
            return locks.beat(name, owner, seen.token())
                    ? Optional.of(held(seen, nanos, millis))
                    : Optional.empty();
        }
        boolean mayTake =
                seen.isFree() || seen.isHeldBy(owner)
                        ? nanos - unchangedSince >= settings.headStart().toNanos() * rank
                        : isStale(seen, rank);
        if (!mayTake) {
            return Optional.empty();
        }
        return locks.take(seen, new Locks.LockClaim(operation, kind, owner))
                .map(ours -> held(ours, nanos, millis));
    }

    /** Whether the sighting of the last look may be taken from its holder. */
    boolean isStale(LockSighting seen, int rank) {
        long unchanged = clock.nanoTime() - unchangedSince;
        return !seen.isFree()
                && seen.ageSeconds() >= settings.staleAfter().toSeconds()
                && unchanged
                        >= settings.staleAfter().toNanos() + settings.headStart().toNanos() * rank;
    }

    private HeldLock held(LockSighting ours, long nanos, long millis) {
        return new HeldLock(locks, ours, clock, settings, nanos, millis);
    }
}
