package io.tidemark.sink.timeline;

import io.tidemark.schemas.avro.EventOutcome;
import io.tidemark.schemas.avro.MemberPart;
import io.tidemark.schemas.avro.MembershipPart;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.UnsafePart;
import io.tidemark.schemas.avro.WatermarkPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What streams would write, by a seed: rounds of events, then changes of windows with the watermark
 * last. Remembers what the windows topic tells after each round.
 */
public final class TimelineScript {
    public static final String CONFIG_SET = "cfg";
    private static final long START = 1_700_000_000L;

    /**
     * @param event null for a tombstone
     */
    public record Event(String id, TopologyEventRecord event) {}

    /**
     * @param part null for a tombstone
     */
    public record Part(String key, WindowsRecord part) {}

    public record Round(List<Event> events, List<Part> parts) {}

    /**
     * What is true at a watermark.
     *
     * @param events told until then
     */
    public record Truth(Map<String, WindowsRecord> parts, int events) {}

    public final List<Event> events = new ArrayList<>();
    public final Map<String, Truth> truths = new TreeMap<>();
    private final Random random;
    private final Map<String, WindowsRecord> parts = new TreeMap<>();
    private long seconds = START;

    public TimelineScript(long seed) {
        this.random = new Random(seed);
    }

    public Round round() {
        seconds += 1 + random.nextInt(20_000);
        List<Event> told = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            told.add(event());
        }
        events.addAll(told);
        List<Part> changed = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            changed.add(change());
        }
        if (!parts.containsKey("member/cfg")) {
            changed.add(new Part("member/cfg", member()));
        }
        changed.add(new Part("watermark", watermark()));
        for (Part part : changed) {
            if (part.part() == null) {
                parts.remove(part.key());
            } else {
                parts.put(part.key(), part.part());
            }
        }
        truths.put(captured().toString(), new Truth(new TreeMap<>(parts), events.size()));
        return new Round(told, changed);
    }

    public ClusterTime captured() {
        return new ClusterTime(seconds, 1);
    }

    private Event event() {
        String id = "event-" + random.nextInt(50);
        if (random.nextInt(8) == 0) {
            return new Event(id, null);
        }
        TopologyEventRecord event = new TopologyEventRecord();
        event.setId(id);
        event.setKind("moveChunk");
        event.setNs("shop.orders" + random.nextInt());
        event.setFrom(new ClusterTime(seconds - random.nextInt(30_000), 1).toString());
        event.setOutcome(EventOutcome.OPEN);
        event.setWhat("");
        event.setTarget("");
        event.setShards(List.of("a", "b"));
        event.setChunks(List.of());
        event.setEvidence(List.of());
        return new Event(id, event);
    }

    private Part change() {
        String key = "exact/unsafe/" + random.nextInt(30);
        if (random.nextInt(3) == 0) {
            return new Part(key, null);
        }
        WindowsRecord part = new WindowsRecord();
        part.setPolicy("exact");
        part.setUnsafe(
                new UnsafePart(
                        captured().toString(),
                        null,
                        "movePrimary",
                        "event-" + random.nextInt(50),
                        "shop",
                        List.of("a"),
                        "because",
                        List.of()));
        return new Part(key, part);
    }

    private static WindowsRecord member() {
        WindowsRecord part = new WindowsRecord();
        part.setMember(
                new MemberPart(
                        CONFIG_SET,
                        List.of(new MembershipPart("config", "0:0", null)),
                        null,
                        null));
        return part;
    }

    private WindowsRecord watermark() {
        WindowsRecord part = new WindowsRecord();
        String archived = new ClusterTime(seconds - 10, 1).toString();
        part.setWatermark(new WatermarkPart(captured().toString(), List.of(), archived, List.of()));
        return part;
    }

    /** The events as they last stood, in the order in which they were first told of. */
    public static List<TopologyEventRecord> standing(List<Event> events) {
        Map<String, TopologyEventRecord> last = new LinkedHashMap<>();
        for (Event event : events) {
            if (event.event() == null) {
                last.remove(event.id());
            } else {
                last.put(event.id(), event.event());
            }
        }
        return List.copyOf(last.values());
    }
}
