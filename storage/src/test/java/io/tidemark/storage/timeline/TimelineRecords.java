package io.tidemark.storage.timeline;

import io.tidemark.schemas.avro.EventOutcome;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WatermarkPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/** Records of the timeline's topics, by a seed: each field of the schema, absent ones too. */
final class TimelineRecords {
    private static final long START = 1_700_000_000L;
    private final Random random;

    TimelineRecords(long seed) {
        this.random = new Random(seed);
    }

    static ClusterTime time(long seconds) {
        return new ClusterTime(START + seconds, 1);
    }

    /** Nothing in it is later than {@code latest}. */
    TopologyEventRecord event(String id, ClusterTime latest) {
        TopologyEventRecord event =
                (TopologyEventRecord) any(TopologyEventRecord.getClassSchema(), latest);
        event.setId(id);
        event.setFrom(latest.toString());
        return event;
    }

    /** A picture at that watermark, with so many other parts. */
    Map<String, WindowsRecord> windows(ClusterTime archived, ClusterTime captured, int others) {
        Map<String, WindowsRecord> parts = new TreeMap<>();
        for (int i = 0; i < others; i++) {
            WindowsRecord part = (WindowsRecord) any(WindowsRecord.getClassSchema(), archived);
            part.setWatermark(null);
            parts.put("part/" + i, part);
        }
        WindowsRecord watermark = new WindowsRecord();
        watermark.setWatermark(
                new WatermarkPart(
                        captured.toString(), List.of("rs0"), archived.toString(), List.of()));
        parts.put("watermark", watermark);
        return parts;
    }

    private Object any(Schema schema, ClusterTime latest) {
        return switch (schema.getType()) {
            case RECORD -> {
                IndexedRecord record = (IndexedRecord) generated(schema);
                for (Schema.Field field : schema.getFields()) {
                    boolean time =
                            List.of("at", "from", "through", "criticalFrom", "decidedAt")
                                    .contains(field.name());
                    Object value = any(field.schema(), latest);
                    record.put(field.pos(), time && value != null ? latest.toString() : value);
                }
                yield record;
            }
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    items.add(any(schema.getElementType(), latest));
                }
                yield items;
            }
            case UNION -> random.nextBoolean() ? null : any(schema.getTypes().get(1), latest);
            case ENUM -> EventOutcome.values()[random.nextInt(EventOutcome.values().length)];
            case STRING -> random.nextInt(4) == 0 ? "" : "größe \"" + random.nextInt() + "\"\n";
            case BYTES -> bytes();
            case BOOLEAN -> random.nextBoolean();
            case DOUBLE -> random.nextDouble();
            default -> throw new IllegalArgumentException(schema.toString());
        };
    }

    private static Object generated(Schema schema) {
        try {
            return Class.forName(schema.getFullName()).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("can't make a " + schema.getFullName(), e);
        }
    }

    private ByteBuffer bytes() {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
