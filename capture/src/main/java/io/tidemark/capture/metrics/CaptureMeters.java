package io.tidemark.capture.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.tail.MemoryBudget;
import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.metrics.Health;
import io.tidemark.metrics.StallWatch;
import io.tidemark.metrics.StallWatch.Look;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The agent's meters and health. {@link #look} is called by one thread, which must not be one that
 * can be held up; everything else by any.
 */
public final class CaptureMeters {
    private final MeterRegistry registry;
    private final LongSupplier nanoTime;
    private final Duration patience;
    private final StallWatch stalls;
    private final HeadroomAlarm alarm;
    private final Set<ReplicaSet> metered = new HashSet<>();
    private final Map<ReplicaSet, Asked> asked = new TreeMap<>();
    private volatile Map<ReplicaSet, ShownProgress> shown = Map.of();

    /** A window object stands for one answer of a member. */
    private record Asked(Optional<OplogWindow> window, long sinceNanos) {}

    /**
     * @param patience {@link Health} tells what stood still for longer
     * @param nanoTime as {@link System#nanoTime}
     */
    public CaptureMeters(
            MeterRegistry registry,
            MemoryBudget budget,
            Duration patience,
            HeadroomAlarm alarm,
            LongSupplier nanoTime) {
        this.registry = registry;
        this.nanoTime = nanoTime;
        this.patience = patience;
        this.alarm = alarm;
        this.stalls = new StallWatch(nanoTime);
        Gauge.builder("tidemark.capture.memory.free", budget, MemoryBudget::freeBytes)
                .baseUnit("bytes")
                .description("Of memory.bytes, what entries on their way don't take")
                .register(registry);
    }

    /** Counts what goes to a replica set's topic. */
    public OplogTopic metered(ReplicaSet set, OplogTopic topic) {
        return new MeteredTopic(topic, set, registry);
    }

    /**
     * Looks once, about every second.
     *
     * @param known the replica sets of the cluster, whoever captures them
     * @param owned those of this agent
     * @param others parts of the agent itself that may be held up
     */
    public void look(
            Collection<ReplicaSet> known,
            Map<ReplicaSet, TailProgress> owned,
            List<HeldUp> others) {
        Map<ReplicaSet, ShownProgress> now = new TreeMap<>();
        asked.keySet().retainAll(owned.keySet());
        owned.forEach((set, tail) -> now.put(set, new ShownProgress(tail, unasked(set, tail))));
        shown = now;
        known.forEach(this::meter);
        owned.keySet().forEach(this::meter);
        List<Look> looks = new ArrayList<>();
        now.forEach((set, each) -> looks.add(look(set.name(), each)));
        others.forEach(o -> looks.add(new Look(o.part(), "", o.reason(), patience)));
        stalls.look(looks);
        alarm.look(now);
    }

    /**
     * @param reason what stands in the way; empty if nothing does
     */
    public record HeldUp(String part, Optional<String> reason) {}

    private Look look(String set, ShownProgress each) {
        // Another history never becomes right by waiting: told at once.
        boolean final_ = each.tail().state() instanceof TailState.Diverged;
        Object marker = each.tail().capturedUntil();
        return new Look(set, marker, each.waiting(), final_ ? Duration.ZERO : patience);
    }

    private Duration unasked(ReplicaSet set, TailProgress tail) {
        Asked last = asked.get(set);
        // Identity: a quiet member gives equal answers again and again.
        if (last == null || last.window().orElse(null) != tail.window().orElse(null)) {
            last = new Asked(tail.window(), nanoTime.getAsLong());
            asked.put(set, last);
        }
        return Duration.ofNanos(nanoTime.getAsLong() - last.sinceNanos());
    }

    /** Of this moment. */
    public Health health() {
        int sets = shown.size();
        String words =
                sets == 1 ? "1 replica set is captured." : sets + " replica sets are captured.";
        return new Health(
                sets == 0 ? "No replica set is this agent's; others may capture them." : words,
                stalls.problems());
    }

    /** What the oplog still leaves to a replica set that this agent owns. */
    public Optional<Headroom> headroom(ReplicaSet set) {
        return alarm.of(set);
    }

    private void meter(ReplicaSet set) {
        if (!metered.add(set)) {
            return;
        }
        gauge(set, "owner", null, "1 if this agent captures the replica set, else 0", s -> 1, 0);
        gauge(
                set,
                "captured.until",
                "seconds",
                "Cluster time of the last entry committed to Kafka, Unix seconds",
                s ->
                        s.tail()
                                .capturedUntil()
                                .map(c -> (double) c.clusterTime().seconds())
                                .orElse(Double.NaN));
        gauge(
                set,
                "lag",
                "seconds",
                "Behind the member's newest entry; while no member can be asked, the clock goes on",
                s -> orNaN(s.lagSeconds()));
        gauge(
                set,
                "oplog.window",
                "seconds",
                "From the first to the last entry of the member's oplog",
                s -> orNaN(s.windowSeconds()));
        gauge(
                set,
                "oplog.headroom",
                "seconds",
                "The oplog's window less the lag: how long capture may stand still before entries"
                        + " are lost",
                s -> orNaN(s.headroomSeconds()));
    }

    private void gauge(
            ReplicaSet set,
            String name,
            String unit,
            String words,
            ToDoubleFunction<ShownProgress> value) {
        gauge(set, name, unit, words, value, Double.NaN);
    }

    private void gauge(
            ReplicaSet set,
            String name,
            String unit,
            String words,
            ToDoubleFunction<ShownProgress> value,
            double ifNotOwned) {
        Gauge.builder(
                        "tidemark.capture." + name,
                        this,
                        self ->
                                Optional.ofNullable(self.shown.get(set))
                                        .map(value::applyAsDouble)
                                        .orElse(ifNotOwned))
                .baseUnit(unit)
                .description(words)
                .tag("replica_set", set.name())
                .strongReference(true)
                .register(registry);
    }

    private static double orNaN(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : Double.NaN;
    }
}
