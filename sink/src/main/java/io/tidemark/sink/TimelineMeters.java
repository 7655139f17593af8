package io.tidemark.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.metrics.Health;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.sink.timeline.TimelineWatch;
import io.tidemark.storage.timeline.TimelineHeader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What the timeline's archiver does, and whether it gets on. */
final class TimelineMeters implements TimelineWatch {
    /** A new archiver begins after half of it. */
    private static final Duration TWO_ATTEMPTS = Duration.ofSeconds(60);

    private final MeterRegistry registry;
    private final LongSupplier nanoTime;
    private final Duration wellAfter;
    private final Counter failures;
    private final Map<String, Long> storedNanos = new ConcurrentHashMap<>();
    private volatile Failing failing;

    /**
     * @param sinceNanos of the first failure in a row
     * @param lastNanos of the last one
     */
    private record Failing(long sinceNanos, long lastNanos, String words) {}

    TimelineMeters(MeterRegistry registry, SinkConfig config, LongSupplier nanoTime) {
        this.registry = registry;
        this.nanoTime = nanoTime;
        this.wellAfter = config.timeline().interval().plus(TWO_ATTEMPTS);
        this.failures =
                Counter.builder("tidemark.sink.timeline.failures")
                        .description(
                                "Times that the archiving of the timeline failed and began anew")
                        .register(registry);
        Gauge.builder("tidemark.sink.timeline.failing", this, m -> m.failing == null ? 0 : 1)
                .description("1 from a failure until an object is stored again, else 0")
                .register(registry);
        for (String kind : List.of(ObjectKey.OfTimeline.EVENTS, ObjectKey.OfTimeline.WINDOWS)) {
            objects(kind);
            Gauge.builder("tidemark.sink.timeline.age", this, m -> m.ageSeconds(kind))
                    .tag("kind", kind)
                    .baseUnit("seconds")
                    .description("Since this worker stored the last object; NaN before the first")
                    .register(registry);
        }
    }

    private Counter objects(String kind) {
        return Counter.builder("tidemark.sink.timeline.objects")
                .tag("kind", kind)
                .description("Objects of the timeline put into the bucket")
                .register(registry);
    }

    @Override
    public void stored(TimelineHeader header) {
        objects(header.key().kind()).increment();
        storedNanos.put(header.key().kind(), nanoTime.getAsLong());
        failing = null;
    }

    /** Steps go well between failures too, so only a time without any ends the trouble. */
    @Override
    public void stepped() {
        Failing last = failing;
        if (last != null && since(last.lastNanos()).compareTo(wellAfter) > 0) {
            failing = null;
        }
    }

    @Override
    public void failed(RuntimeException failure) {
        failures.increment();
        long now = nanoTime.getAsLong();
        long first = failing == null ? now : failing.sinceNanos();
        failing = new Failing(first, now, String.valueOf(failure.getMessage()));
    }

    /** Present if it has failed for longer than {@code patience}. */
    Optional<Health.Problem> problem(Duration patience) {
        Failing now = failing;
        if (now == null || since(now.sinceNanos()).compareTo(patience) <= 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Health.Problem(
                        "timeline",
                        "not archived for "
                                + since(now.sinceNanos()).toSeconds()
                                + " s, slices are: "
                                + now.words()));
    }

    private double ageSeconds(String kind) {
        Long at = storedNanos.get(kind);
        return at == null ? Double.NaN : since(at).toMillis() / 1000.0;
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoTime.getAsLong() - nanos);
    }
}
