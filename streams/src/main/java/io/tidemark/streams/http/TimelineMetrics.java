package io.tidemark.streams.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.streams.view.TimelineViews;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.window.Policy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The timeline in Prometheus's text format. What is not known yet is NaN, so that no alert takes it
 * for good.
 */
final class TimelineMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final TimelineViews views;
    private final Clock clock;
    private final MultiGauge shardLag;

    TimelineMetrics(TimelineViews views, Clock clock, List<MeterBinder> more) {
        this.views = views;
        this.clock = clock;
        this.shardLag =
                MultiGauge.builder("tidemark.shard.lag")
                        .baseUnit("seconds")
                        .description(
                                "By how much a member's last captured or archived entry lies behind"
                                        + " the clock")
                        .register(registry);
        watermarks();
        shares();
        gauge(
                        "tidemark.open.operations",
                        view -> view.events().stream().filter(TopologyEvent::isOpen).count())
                .description(
                        "Operations on the cluster's layout under way, undecided transactions among"
                                + " them")
                .register(registry);
        gauge(
                        "tidemark.view.age",
                        view -> seconds(Duration.between(view.upToDateAt(), clock.instant())))
                .baseUnit("seconds")
                .description("Since the topics were last read to their ends")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        more.forEach(binder -> binder.bindTo(registry));
    }

    String scrape() {
        shardLag.register(views.current().map(this::rows).orElse(List.of()), true);
        return registry.scrape();
    }

    private void watermarks() {
        String words =
                "By how much the cluster time that all members have reached lies behind the clock";
        gauge("tidemark.watermark.lag", view -> lag(view.content().captured().at()))
                .tag("stage", "captured")
                .baseUnit("seconds")
                .description(words)
                .register(registry);
        gauge("tidemark.watermark.lag", view -> lag(view.content().archived().at()))
                .tag("stage", "archived")
                .baseUnit("seconds")
                .description(words)
                .register(registry);
    }

    private void shares() {
        for (Policy policy : Policy.values()) {
            gauge("tidemark.restorable.share", view -> view.windows(policy).restorableShare())
                    .tag("policy", policy.code())
                    .description(
                            "Of the time from the first base to the watermark, the part that can be"
                                    + " restored to, 0 to 1")
                    .register(registry);
            gauge("tidemark.unsafe.intervals", view -> view.windows(policy).unsafe().size())
                    .tag("policy", policy.code())
                    .description("Intervals that can't be restored to")
                    .register(registry);
        }
    }

    private Gauge.Builder<TimelineViews> gauge(String name, ToDoubleFunction<TimelineView> value) {
        return Gauge.builder(
                name, views, all -> all.current().map(value::applyAsDouble).orElse(Double.NaN));
    }

    private List<Row<?>> rows(TimelineView view) {
        List<Row<?>> rows = new ArrayList<>();
        for (Membership member : view.content().members()) {
            if (member.left().isEmpty()) {
                rows.add(row(member, "captured", view.content().capturedFrontiers()));
                rows.add(row(member, "archived", view.content().archivedFrontiers()));
            }
        }
        return rows;
    }

    private Row<?> row(Membership member, String stage, Map<ReplicaSet, ClusterTime> frontiers) {
        Tags tags =
                Tags.of(
                        "shard", member.shard(),
                        "replica_set", member.replicaSet().name(),
                        "stage", stage);
        double lag =
                Optional.ofNullable(frontiers.get(member.replicaSet()))
                        .map(this::lag)
                        .orElse(Double.NaN);
        return Row.of(tags, lag);
    }

    /** NaN for 0:0, where nothing is known. */
    private double lag(ClusterTime time) {
        return time.equals(ClusterTime.ZERO)
                ? Double.NaN
                : seconds(Duration.between(time.toInstant(), clock.instant()));
    }

    private static double seconds(Duration duration) {
        return Math.max(0, duration.toMillis() / 1000.0);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
