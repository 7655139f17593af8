package io.tidemark.storage.timeline;

import io.tidemark.schemas.avro.WatermarkPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything about windows as it was known at one moment.
 *
 * @param parts as on the windows topic; they stand together
 */
public record StoredWindows(TimelineHeader header, List<WindowsRecord> parts) {
    public StoredWindows {
        parts = List.copyOf(parts);
    }

    /** Up to where every replica set was archived: the end of what is told about windows. */
    public ClusterTime archived() {
        return header.key().after();
    }

    /** Up to where every replica set was captured. */
    public ClusterTime captured() {
        return header.key().through();
    }

    /**
     * The newest object that is whole.
     *
     * @param windows empty if there is none: streams never ran, or all are damaged
     * @param damaged newer ones that are not; the answer is true but older for their sake
     */
    public record Newest(Optional<StoredWindows> windows, List<Damage> damaged) {
        public Newest {
            damaged = List.copyOf(damaged);
        }
    }

    /**
     * @param archived never after {@code captured}
     */
    record Watermark(ClusterTime archived, ClusterTime captured) {
        static Watermark of(Collection<WindowsRecord> parts) {
            WatermarkPart part =
                    parts.stream()
                            .map(WindowsRecord::getWatermark)
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "windows without a watermark: the parts"
                                                            + " don't stand together"));
            return new Watermark(time(part.getArchived()), time(part.getCaptured()));
        }

        private static ClusterTime time(String text) {
            return ClusterTime.parse(text)
                    .orElseThrow(() -> new IllegalArgumentException(text + " is no cluster time"));
        }
    }
}
