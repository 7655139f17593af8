package io.tidemark.embedded.mongo.node;

import java.util.ArrayDeque;
import java.util.Deque;

/** How far one member has come. Guarded by the set's write lock. */
final class MemberPosition {
    private record Arrival(long ts, long wallMillis) {}

    final MemberConfig config;
    final Deque<Arrival> onTheWay = new ArrayDeque<>();
    long applied;
    boolean paused;
    boolean down;
    long lagMillis;
    // How often it took back what it had.
    int rollbacks;
    // Its own oldest entry, if it was re-synced and lost older ones.
    long oldest;

    MemberPosition(MemberConfig config) {
        this.config = config;
    }

    void offer(long ts, long wallMillis) {
        if (lagMillis == 0 && !paused && !down) {
            applied = ts;
        } else if (lagMillis > 0) {
            onTheWay.add(new Arrival(ts, wallMillis));
        }
    }

    /** Takes what has been on its way long enough. */
    boolean arrive(long wallMillis) {
        boolean moved = false;
        while (!paused
                && !down
                && !onTheWay.isEmpty()
                && onTheWay.peek().wallMillis() + lagMillis <= wallMillis) {
            applied = Math.max(applied, onTheWay.poll().ts());
            moved = true;
        }
        return moved;
    }

    void rollBack(long position) {
        if (applied > position) {
            rollbacks++;
        }
        applied = Math.min(applied, position);
        onTheWay.removeIf(arrival -> arrival.ts() > position);
    }
}
