package io.tidemark.timeline.wire;

import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Between {@link WindowsContent} and the parts on {@code .windows}: small records, of which only
 * those that changed are written. What reaches the watermark has no end of its own, so a cluster in
 * which nothing happens changes its frontiers, summaries and watermark only.
 */
public final class WindowsRecords {
    /** Key of the part that is written last: right after it, all parts fit each other. */
    public static final String WATERMARK_KEY = "watermark";

    private WindowsRecords() {}

    /**
     * A part that changed.
     *
     * @param record empty for a tombstone
     */
    public record Change(String key, Optional<WindowsRecord> record) {}

    /** All parts by key, the watermark last. */
    public static Map<String, WindowsRecord> parts(WindowsContent content) {
        Map<String, WindowsRecord> parts = new LinkedHashMap<>();
        for (Policy policy : Policy.values()) {
            RestoreWindows windows = content.windows().get(policy);
            if (windows != null) {
                windows(policy, windows, parts);
            }
        }
        ClusterParts.write(content, parts);
        parts.put(WATERMARK_KEY, ClusterParts.watermark(content));
        return parts;
    }

    /**
     * What turns the parts {@code before} into {@code after}: tombstones, then what is new or
     * different, the watermark last even if it alone did not change. Nothing if nothing changed.
     */
    public static List<Change> changes(
            Map<String, WindowsRecord> before, Map<String, WindowsRecord> after) {
        List<Change> changes = new ArrayList<>();
        before.keySet().stream()
                .filter(key -> !after.containsKey(key))
                .sorted()
                .forEach(key -> changes.add(new Change(key, Optional.empty())));
        after.forEach(
                (key, record) -> {
                    boolean last = key.equals(WATERMARK_KEY);
                    if (!last && !Objects.equals(before.get(key), record)) {
                        changes.add(new Change(key, Optional.of(record)));
                    }
                });
        WindowsRecord watermark = after.get(WATERMARK_KEY);
        boolean moved = !Objects.equals(before.get(WATERMARK_KEY), watermark);
        if (watermark != null && (moved || !changes.isEmpty())) {
            changes.add(new Change(WATERMARK_KEY, Optional.of(watermark)));
        }
        return changes;
    }

    /**
     * What the parts tell together, whatever their keys; empty where the watermark is missing. To
     * be asked right after a part with the key {@link #WATERMARK_KEY} was taken in, or at the end
     * of the topic.
     *
     * @throws IllegalArgumentException if a text in them is no cluster time or replica set, or they
     *     don't fit each other
     */
    public static Optional<WindowsContent> content(Collection<WindowsRecord> parts) {
        return parts.stream()
                .map(WindowsRecord::getWatermark)
                .filter(Objects::nonNull)
                .findFirst()
                .map(watermark -> ClusterParts.read(watermark, parts));
    }

    private static void windows(
            Policy policy, RestoreWindows windows, Map<String, WindowsRecord> parts) {
        PolicyParts writer = new PolicyParts(policy, windows.watermark());
        parts.put(policy.code() + "/summary", writer.summary(windows));
        windows.windows()
                .forEach(
                        window ->
                                parts.put(
                                        policy.code()
                                                + "/window/"
                                                + Times.padded(window.earliest()),
                                        writer.window(window)));
        windows.unsafe()
                .forEach(interval -> parts.put(key(policy, interval), writer.unsafe(interval)));
    }

    private static String key(Policy policy, UnsafeInterval interval) {
        String cause =
                interval.event().isEmpty()
                        ? interval.kind()
                                + "/"
                                + interval.shards().stream().collect(Collectors.joining(","))
                        : interval.event();
        return policy.code() + "/unsafe/" + Times.padded(interval.from()) + "/" + cause;
    }
}
