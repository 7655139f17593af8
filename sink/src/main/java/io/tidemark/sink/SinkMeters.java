package io.tidemark.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.metrics.Health;
import io.tidemark.metrics.StallWatch;
import io.tidemark.metrics.StallWatch.Look;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.store.Archived;
import io.tidemark.sink.timeline.TimelineWatch;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** A worker's meters and health. */
public final class SinkMeters implements SinkMetrics {
    private final MeterRegistry registry;
    private final Clock clock;
    private final Duration patience;
    private final Duration patienceOfSlices;
    private final LongSupplier nanoTime;
    private final StallWatch stalls;
    private final TimelineMeters timeline;
    private final Counter storeRetries;
    private final Map<ReplicaSet, SetMeters> sets = new ConcurrentHashMap<>();
    private volatile Duration silence = Duration.ZERO;
    private volatile long lookedNanos;
    private volatile LongSupplier slicesHold = () -> 0;

    /**
     * @param nanoTime as {@link System#nanoTime}
     */
    public SinkMeters(
            MeterRegistry registry, SinkConfig config, Clock clock, LongSupplier nanoTime) {
        this.registry = registry;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.patience = config.metrics().stallAfter();
        // A slice may be open for so long in good order.
        this.patienceOfSlices = patience.plus(config.roll().maxTime()).plus(config.idle());
        this.stalls = new StallWatch(nanoTime);
        this.timeline = new TimelineMeters(registry, config, nanoTime);
        this.storeRetries =
                Counter.builder("tidemark.sink.store.retries")
                        .description("Times that a request to the bucket was tried again")
                        .register(registry);
        this.lookedNanos = nanoTime.getAsLong();
        Gauge.builder("tidemark.sink.memory.used", this, self -> self.slicesHold.getAsLong())
                .baseUnit("bytes")
                .tag("part", "slices")
                .description("Of memory.bytes: records that wait, and slices under way")
                .register(registry);
        Gauge.builder("tidemark.sink.memory.used", this, self -> self.queuedBytes())
                .baseUnit("bytes")
                .tag("part", "records")
                .description("Of memory.bytes: records that wait, and slices under way")
                .register(registry);
    }

    /** Whether the worker gets on with its work; from any thread, at once. */
    public Health health() {
        List<Health.Problem> problems = new ArrayList<>(stalls.problems());
        Duration since = Duration.ofNanos(nanoTime.getAsLong() - lookedNanos);
        if (since.compareTo(patience) > 0) {
            problems.add(
                    new Health.Problem(
                            "worker",
                            "its thread has not gone round for " + since.toSeconds() + " s"));
        }
        if (silence.compareTo(patience) > 0) {
            problems.add(
                    new Health.Problem(
                            "kafka",
                            "the group's coordinator has not answered for "
                                    + silence.toSeconds()
                                    + " s; whether entries wait is not known"));
        }
        timeline.problem(patience).ifPresent(problems::add);
        long owned = sets.values().stream().filter(SetMeters::isOwned).count();
        return new Health(
                owned == 0
                        ? "No replica set is this worker's; others may archive them."
                        : owned
                                + (owned == 1 ? " replica set is" : " replica sets are")
                                + " archived.",
                problems);
    }

    @Override
    public void consumed(OplogPartition partition, int records, long bytes) {
        of(partition).consumed(records);
    }

    @Override
    public void archived(Archived object) {
        sets.computeIfAbsent(object.replicaSet(), SetMeters::new).archived(object);
    }

    @Override
    public void failed(OplogPartition partition, Throwable failure) {
        of(partition).failures.increment();
    }

    @Override
    public void looked(List<LaneLook> lanes, Optional<Duration> unheard) {
        lookedNanos = nanoTime.getAsLong();
        Set<ReplicaSet> owned = new HashSet<>();
        List<Look> looks = new ArrayList<>();
        for (LaneLook lane : lanes) {
            SetMeters meters = of(lane.partition());
            meters.look = Optional.of(lane);
            owned.add(lane.partition().replicaSet());
            looks.add(
                    new Look(
                            lane.partition().replicaSet().name(),
                            meters.marker(lane),
                            waiting(lane),
                            lane.isPending() ? patienceOfSlices : patience));
        }
        silence = unheard.orElse(Duration.ZERO);
        sets.forEach(
                (set, meters) -> {
                    if (!owned.contains(set)) {
                        meters.look = Optional.empty();
                    }
                });
        stalls.look(looks);
    }

    private static Optional<String> waiting(LaneLook lane) {
        if (lane.isOpening()) {
            return Optional.of("the bucket was asked where to go on and has not answered");
        }
        if (lane.waitingRecords() == 0 && lane.queuedBytes() == 0 && !lane.isPending()) {
            return Optional.empty();
        }
        return Optional.of(
                "%d records wait in Kafka and %d bytes here%s"
                        .formatted(
                                lane.waitingRecords(),
                                lane.queuedBytes(),
                                lane.isPending() ? ", and a slice is open" : ""));
    }

    @Override
    public TimelineWatch timeline() {
        return timeline;
    }

    @Override
    public void slicesHold(LongSupplier bytes) {
        slicesHold = bytes;
    }

    @Override
    public void storeRetried(int times) {
        storeRetries.increment(times);
    }

    private SetMeters of(OplogPartition partition) {
        return sets.computeIfAbsent(partition.replicaSet(), SetMeters::new);
    }

    private long queuedBytes() {
        return sets.values().stream()
                .flatMap(s -> s.look.stream())
                .mapToLong(LaneLook::queuedBytes)
                .sum();
    }

    /** Changed by the worker's thread; gauges are read by any. */
    private final class SetMeters {
        private final Counter slices;
        private final Counter gaps;
        private final Counter raw;
        private final Counter stored;
        private final Counter failures;
        private long objects;
        private long records;
        private long recordsAtMarker;
        private volatile Optional<LaneLook> look = Optional.empty();
        private volatile Optional<ClusterTime> until = Optional.empty();

        SetMeters(ReplicaSet set) {
            slices = counter(set, "slices", null, "Slices put into the bucket");
            gaps = counter(set, "gaps", null, "Objects put that name a run of lost entries");
            raw = counter(set, "raw.bytes", "bytes", "Entries in the slices put, as BSON");
            stored = counter(set, "stored.bytes", "bytes", "The slices put, as stored");
            failures =
                    counter(
                            set,
                            "failures",
                            null,
                            "Objects that could not be put, or records that could not be sliced");
            gauge(
                    set,
                    "owner",
                    null,
                    "1 if this worker archives the replica set, else 0",
                    s -> s.isOwned() ? 1 : 0);
            gauge(
                    set,
                    "archived.until",
                    "seconds",
                    "Cluster time through which the bucket holds the oplog, Unix seconds",
                    s -> s.archivedUntil().map(t -> (double) t.seconds()).orElse(Double.NaN));
            gauge(
                    set,
                    "lag",
                    "seconds",
                    "By how much the archive lies behind the clock",
                    SetMeters::lagSeconds);
            gauge(
                    set,
                    "waiting.records",
                    null,
                    "Records on the topic that were not read yet",
                    s -> s.look.map(l -> (double) l.waitingRecords()).orElse(Double.NaN));
        }

        private Counter counter(ReplicaSet set, String name, String unit, String words) {
            return Counter.builder("tidemark.sink." + name)
                    .baseUnit(unit)
                    .description(words)
                    .tag("replica_set", set.name())
                    .register(registry);
        }

        private void gauge(
                ReplicaSet set,
                String name,
                String unit,
                String words,
                ToDoubleFunction<SetMeters> value) {
            Gauge.builder("tidemark.sink." + name, this, value)
                    .baseUnit(unit)
                    .description(words)
                    .tag("replica_set", set.name())
                    .strongReference(true)
                    .register(registry);
        }

        boolean isOwned() {
            return look.isPresent();
        }

        void consumed(int count) {
            records += count;
        }

        void archived(Archived object) {
            objects++;
            until = Optional.of(object.last().clusterTime());
            (object.isGap() ? gaps : slices).increment();
            raw.increment(object.rawBytes());
            stored.increment(object.sizeBytes());
        }

        /** With a slice open, only what is put is progress; else reading on is, too. */
        Object marker(LaneLook lane) {
            if (!lane.isPending()) {
                recordsAtMarker = records;
            }
            return List.of(objects, recordsAtMarker, lane.isOpening());
        }

        private Optional<ClusterTime> archivedUntil() {
            return look.flatMap(
                    l ->
                            until.filter(u -> l.reached().map(u::isAfter).orElse(true))
                                    .or(l::reached));
        }

        private double lagSeconds() {
            return archivedUntil()
                    .map(t -> Math.max(0, clock.millis() / 1000.0 - t.seconds()))
                    .orElse(Double.NaN);
        }
    }
}
