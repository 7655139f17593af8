package io.tidemark.cli.drill;

import io.tidemark.restore.RestoreProgress;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Measures how long each phase of a restore takes, and tells another listener. */
public final class PhaseClock implements RestoreProgress {
    private final RestoreProgress listener;
    private final LongSupplier nanos;
    private final Map<String, Duration> phases = new LinkedHashMap<>();
    private Phase phase = Phase.PLAN;
    private long since;

    /** The phase {@code PLAN} begins now. */
    public PhaseClock(RestoreProgress listener, LongSupplier nanos) {
        this.listener = listener;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    @Override
    public synchronized void phase(Phase next) {
        long now = nanos.getAsLong();
        phases.merge(
                phase.name().toLowerCase(Locale.ROOT),
                Duration.ofNanos(now - since),
                Duration::plus);
        phase = next;
        since = now;
        listener.phase(next);
    }

    @Override
    public void baseLoaded(ReplicaSet replicaSet, long documents) {
        listener.baseLoaded(replicaSet, documents);
    }

    @Override
    public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
        listener.replayed(replicaSet, entries, at);
    }

    /** Of the phases that have ended, by their names in lower case, in their order. */
    public synchronized Map<String, Duration> phases() {
        return new LinkedHashMap<>(phases);
    }
}
