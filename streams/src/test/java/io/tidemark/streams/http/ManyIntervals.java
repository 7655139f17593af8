package io.tidemark.streams.http;

import static io.tidemark.streams.http.ExampleTimeline.CFG;
import static io.tidemark.streams.http.ExampleTimeline.RS0;
import static io.tidemark.streams.http.ExampleTimeline.RS1;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.streams.view.TimelineView;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import io.tidemark.timeline.wire.WindowsContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A week with a migration every minute: more intervals than a screen has points. */
final class ManyIntervals {
    static final long FIRST = Instant.parse("2026-11-13T00:00:00Z").getEpochSecond();
    private static final int PERIOD_SECONDS = 60;
    private static final int UNSAFE_SECONDS = 20;

    private ManyIntervals() {}

    static TimelineView view(int count, Instant upToDateAt) {
        List<UnsafeInterval> unsafe = new ArrayList<>();
        List<RestoreWindow> windows = new ArrayList<>();
        ClusterTime next = time(0);
        for (int i = 0; i < count; i++) {
            ClusterTime from = time((long) (i + 1) * PERIOD_SECONDS);
            ClusterTime end = new ClusterTime(from.seconds() + UNSAFE_SECONDS, 1);
            windows.add(new RestoreWindow(next, from.previous()));
            unsafe.add(interval(i, from, end.previous()));
            next = end;
        }
        ClusterTime last = time((long) (count + 1) * PERIOD_SECONDS);
        windows.add(new RestoreWindow(next, last));
        double share = 1 - (double) UNSAFE_SECONDS / PERIOD_SECONDS;
        return new TimelineView(
                new ClusterName("shop"),
                content(
                        last,
                        windows(Policy.EXACT, last, windows, unsafe, share),
                        windows(Policy.STRICT, last, windows, unsafe, share)),
                List.of(),
                upToDateAt);
    }

    private static UnsafeInterval interval(int i, ClusterTime from, ClusterTime to) {
        String id = EventKind.MOVE_CHUNK.code() + "-" + i;
        return new UnsafeInterval(
                from,
                to,
                EventKind.MOVE_CHUNK.code(),
                id,
                "shop.orders",
                List.of("shard0", "shard1"),
                "moveChunk of shop.orders on shard0, shard1 was under way from "
                        + from
                        + " to "
                        + to.next()
                        + "; under policy strict no time inside a migration is used",
                List.of(
                        new Evidence(from, CFG, "moveChunk.start"),
                        new Evidence(to.next(), CFG, "moveChunk.commit")));
    }

    private static RestoreWindows windows(
            Policy policy,
            ClusterTime last,
            List<RestoreWindow> windows,
            List<UnsafeInterval> unsafe,
            double share) {
        return new RestoreWindows(
                policy,
                last,
                List.of(RS0),
                Optional.of(time(0)),
                windows,
                unsafe,
                List.of(),
                share);
    }

    private static WindowsContent content(
            ClusterTime last, RestoreWindows exact, RestoreWindows strict) {
        Map<ReplicaSet, ClusterTime> frontiers = Map.of(CFG, last, RS0, last, RS1, last);
        Watermark mark = new Watermark(last, List.of(RS0));
        return new WindowsContent(
                mark,
                mark,
                Map.of(Policy.EXACT, exact, Policy.STRICT, strict),
                List.of(member("config", CFG), member("shard0", RS0), member("shard1", RS1)),
                frontiers,
                frontiers,
                List.of());
    }

    private static Membership member(String shard, ReplicaSet set) {
        return new Membership(shard, set, ClusterTime.ZERO, Optional.empty());
    }

    private static ClusterTime time(long second) {
        return new ClusterTime(FIRST + second, 1);
    }
}
