package io.tidemark.cli.drill;

import io.tidemark.restore.RestoreProgress;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.drill.PhaseCourse;
import io.tidemark.storage.drill.PhaseCourse.Mark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures how long each phase of a restore takes, and how far it has come on the way; tells
 * another listener. A mark is made whenever a quarter more is done than at the last: enough to see
 * how a phase gets under way, and few however long it lasts.
 */
public final class PhaseClock implements RestoreProgress {
    private static final double MORE = 1.25;

    private final RestoreProgress listener;
    private final LongSupplier nanos;
    private final Map<String, PhaseCourse> phases = new LinkedHashMap<>();
    private final Map<ReplicaSet, Long> counts = new HashMap<>();
    private final List<Mark> marks = new ArrayList<>();
    private Phase phase = Phase.PLAN;
    private long since;

    /** The phase {@code PLAN} begins now. */
    public PhaseClock(RestoreProgress listener, LongSupplier nanos) {
        this.listener = listener;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    @Override
    public synchronized void phase(Phase entered) {
        long now = nanos.getAsLong();
        if (done() > last()) {
            marks.add(new Mark(done(), Duration.ofNanos(now - since)));
        }
        phases.merge(
                phase.name().toLowerCase(Locale.ROOT),
                new PhaseCourse(Duration.ofNanos(now - since), marks),
                PhaseClock::together);
        phase = entered;
        since = now;
        counts.clear();
        marks.clear();
        listener.phase(entered);
    }

    /** Of a phase entered twice only the time is told: its marks have two beginnings. */
    private static PhaseCourse together(PhaseCourse one, PhaseCourse other) {
        return PhaseCourse.of(one.took().plus(other.took()));
    }

    @Override
    public void baseLoaded(ReplicaSet replicaSet, long documents) {
        done(Phase.BASE, replicaSet, documents);
        listener.baseLoaded(replicaSet, documents);
    }

    @Override
    public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
        listener.replayed(replicaSet, entries, at);
    }

    @Override
    public void operationsRead(ReplicaSet replicaSet, long operations) {
        done(Phase.REPLAY, replicaSet, operations);
        listener.operationsRead(replicaSet, operations);
    }

    private synchronized void done(Phase of, ReplicaSet replicaSet, long count) {
        if (phase != of) {
            return;
        }
        counts.put(replicaSet, count);
        if (done() > 0 && done() >= MORE * last()) {
            marks.add(new Mark(done(), Duration.ofNanos(nanos.getAsLong() - since)));
        }
    }

    private long done() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private long last() {
        return marks.isEmpty() ? 0 : marks.get(marks.size() - 1).done();
    }

    /** Of the phases that have ended, by their names in lower case, in their order. */
    public synchronized Map<String, PhaseCourse> phases() {
        return new LinkedHashMap<>(phases);
    }
}
