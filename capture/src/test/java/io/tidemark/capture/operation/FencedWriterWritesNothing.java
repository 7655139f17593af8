package io.tidemark.capture.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * No write is begun under a lock that another agent has taken over by then. A write that was begun
 * before and arrives late is no breach if it can't change what anyone else wrote: that is judged by
 * {@link WholeOrAbsent}.
 */
final class FencedWriterWritesNothing {
    private final SimulatedWorld world;
    private final List<String> breaches = new ArrayList<>();
    private int late;
    private int passed;

    FencedWriterWritesNothing(SimulatedWorld world) {
        this.world = world;
    }

    /** The fence has just let a write of this token's holder pass. */
    void letPass(LockName lock, long token, String owner) {
        passed++;
        if (isTakenOver(lock, token)) {
            breaches.add(
                    "%s wrote under token %d of %s at %d ns, after it was taken over: %s"
                            .formatted(owner, token, lock, world.nanos(), world.taken));
        }
    }

    /** A write arrives. */
    void arrived(LockName lock, long token) {
        late += isTakenOver(lock, token) ? 1 : 0;
    }

    List<String> breaches() {
        return breaches;
    }

    /** Writes that were under way while the lock changed hands: that the simulation meets them. */
    int late() {
        return late;
    }

    int passed() {
        return passed;
    }

    private boolean isTakenOver(LockName lock, long token) {
        return world.taken.stream().anyMatch(t -> t.lock().equals(lock) && t.token() > token);
    }
}
