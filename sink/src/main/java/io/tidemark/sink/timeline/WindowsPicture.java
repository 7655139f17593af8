package io.tidemark.sink.timeline;

import io.tidemark.schemas.avro.MembershipPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.sink.consume.TopicFacts.TopicState;
import io.tidemark.storage.slice.KafkaRange;
import io.tidemark.storage.timeline.SealedTimeline;
import io.tidemark.storage.timeline.WindowsWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The parts of the windows topic as they stand. Always built from the topic's beginning: compaction
 * keeps what is needed for its end, not for any point before, and a tombstone that was missed would
 * leave a part for ever.
 */
final class WindowsPicture {
    /** Beside key and value: map entry, array, string. */
    private static final int PART_BYTES = 150;

    private static final String CONFIG = "config";
    private final TimelineSettings settings;
    private final Map<String, byte[]> parts = new TreeMap<>();
    private long sizeBytes;
    private String topicId;
    private long lastOffset;
    private boolean stands;
    private boolean changed;

    WindowsPicture(TimelineSettings settings) {
        this.settings = settings;
    }

    void forget() {
        parts.clear();
        sizeBytes = 0;
        stands = false;
        changed = false;
    }

    /**
     * Begins anew.
     *
     * @return the offset to read from
     */
    long open(TopicState topic) {
        forget();
        topicId = topic.topicId();
        return topic.earliestOffset();
    }

    /**
     * @throws IllegalStateException if there are more parts than there is memory for
     */
    void accept(TimelineTopics.Published record) {
        byte[] before =
                record.value() == null
                        ? parts.remove(record.key())
                        : parts.put(record.key(), record.value());
        sizeBytes += cost(record.key(), record.value()) - cost(record.key(), before);
        lastOffset = record.offset();
        // The watermark is written last: right behind it the parts fit each other.
        stands =
                record.value() != null
                        && settings.part().apply(record.value()).getWatermark() != null;
        changed = true;
        if (sizeBytes > settings.memoryBytes()) {
            throw new IllegalStateException(
                    "The windows topic holds more than "
                            + settings.memoryBytes()
                            + " bytes ("
                            + parts.size()
                            + " parts): the timeline can't be archived, slices go on. Raise"
                            + " timeline.memory.bytes, or let streams remember a shorter time.");
        }
    }

    private static long cost(String key, byte[] value) {
        return value == null ? 0 : key.length() + value.length + PART_BYTES;
    }

    /** True right behind a watermark: then, at the end of the topic, the parts fit each other. */
    boolean stands() {
        return stands;
    }

    /** True if anything came in since {@link #stored}. */
    boolean isChanged() {
        return changed;
    }

    void stored() {
        changed = false;
    }

    /** The last record that took part. */
    long lastOffset() {
        return lastOffset;
    }

    /**
     * The replica set under whose incarnation the timeline lies: the config servers, or the only
     * one there is.
     */
    Optional<ReplicaSet> home() {
        List<ReplicaSet> all = new ArrayList<>();
        for (byte[] value : parts.values()) {
            WindowsRecord part = settings.part().apply(value);
            if (part.getMember() != null) {
                ReplicaSet set = new ReplicaSet(part.getMember().getReplicaSet());
                for (MembershipPart member : part.getMember().getMemberships()) {
                    if (member.getShard().equals(CONFIG)) {
                        return Optional.of(set);
                    }
                }
                all.add(set);
            }
        }
        return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }

    SealedTimeline seal(Incarnation incarnation) {
        try (WindowsWriter writer = new WindowsWriter(settings.cluster(), settings.frames())) {
            parts.forEach((key, value) -> writer.add(key, settings.part().apply(value)));
            return writer.seal(incarnation, new KafkaRange(topicId, 0, lastOffset));
        }
    }
}
