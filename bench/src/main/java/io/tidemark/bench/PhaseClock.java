package io.tidemark.bench;

import io.tidemark.restore.RestoreProgress;
import java.util.EnumMap;
import java.util.Map;

/** How long a restore is in each of its phases. */
final class PhaseClock implements RestoreProgress {
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private Phase current = Phase.PLAN;
    private long since = System.nanoTime();

    @Override
    public synchronized void phase(Phase next) {
        long now = System.nanoTime();
        nanos.merge(current, now - since, Long::sum);
        current = next;
        since = now;
    }

    synchronized double seconds(Phase phase) {
        return nanos.getOrDefault(phase, 0L) / 1e9;
    }
}
