package io.tidemark.cli.restore;

import io.tidemark.restore.RestoreProgress;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Works out from what a restore tells how fast it goes and how long it takes, and shows that at
 * intervals. Entries are measured by their cluster time, as how many there are is not known
 * beforehand.
 */
final class PacedProgress implements RestoreProgress {
    /** Where it is shown. Called by one thread at a time. */
    interface Display {
        void phase(String phase);

        /**
         * @param sets in the order of their names
         */
        void pace(String phase, Pace all, List<Pace> sets);
    }

    /** Where one replica set begins and ends a phase, in its own measure. */
    private record Mark(long nanos, double percent, long done) {}

    private final Display display;
    private final RestoreSize size;
    private final Duration interval;
    private final LongSupplier nanos;
    private final Map<ReplicaSet, Mark> first = new TreeMap<>();
    private final Map<ReplicaSet, Pace> paces = new TreeMap<>();
    private String phase = "plan";
    private long shownNanos;

    PacedProgress(Display display, RestoreSize size, Duration interval, LongSupplier nanos) {
        this.display = display;
        this.size = size;
        this.interval = interval;
        this.nanos = nanos;
        this.shownNanos = nanos.getAsLong();
    }

    @Override
    public synchronized void phase(Phase next) {
        if (!paces.isEmpty()) {
            show();
        }
        phase = next.name().toLowerCase(Locale.ROOT);
        shownNanos = nanos.getAsLong();
        first.clear();
        paces.clear();
        display.phase(phase);
    }

    @Override
    public synchronized void baseLoaded(ReplicaSet replicaSet, long documents) {
        long all = size.baseDocuments(replicaSet);
        OptionalDouble percent =
                all > 0
                        ? OptionalDouble.of(Math.min(100, 100.0 * documents / all))
                        : OptionalDouble.empty();
        see(replicaSet, documents, "documents", percent, Optional.empty());
    }

    @Override
    public synchronized void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
        double span = size.to().seconds() - size.from(replicaSet).seconds();
        double done = at.seconds() - size.from(replicaSet).seconds();
        boolean there = !at.isBefore(size.to());
        double percent = there || span <= 0 ? 100 : Math.max(0, Math.min(100, 100 * done / span));
        see(replicaSet, entries, "entries", OptionalDouble.of(percent), Optional.of(at));
    }

    private void see(
            ReplicaSet set,
            long done,
            String unit,
            OptionalDouble percent,
            Optional<ClusterTime> at) {
        long now = nanos.getAsLong();
        // A restore that goes on begins behind the beginning: its pace is that of this run.
        Mark begin = first.computeIfAbsent(set, s -> new Mark(now, percent.orElse(0), done));
        double seconds = (now - begin.nanos()) / 1e9;
        double moved = percent.orElse(0) - begin.percent();
        OptionalLong eta =
                percent.isPresent() && moved > 0
                        ? OptionalLong.of(
                                Math.round(seconds * (100 - percent.getAsDouble()) / moved))
                        : OptionalLong.empty();
        OptionalLong lag =
                at.isPresent()
                        ? OptionalLong.of(Math.max(0, size.to().seconds() - at.get().seconds()))
                        : OptionalLong.empty();
        double perSecond = seconds > 0 ? (done - begin.done()) / seconds : 0;
        paces.put(
                set,
                new Pace(
                        Optional.of(set.name()),
                        done,
                        unit,
                        percent,
                        perSecond,
                        eta,
                        at.map(ClusterTime::toString),
                        lag));
        if (now - shownNanos >= interval.toNanos()) {
            show();
        }
    }

    private void show() {
        shownNanos = nanos.getAsLong();
        List<Pace> sets = new ArrayList<>(paces.values());
        display.pace(phase, Pace.all(sets), sets);
    }
}
