package io.tidemark.storage.timeline;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import java.util.List;

/**
 * Events as they last stood.
 *
 * @param events each once, in the order in which they were first told of
 * @param through the end of the last object read; {@link ClusterTime#ZERO} if there is none
 * @param damaged objects that could not be read, and runs that no object holds: what they told is
 *     not in {@code events}
 */
public record StoredEvents(
        List<TopologyEventRecord> events, ClusterTime through, List<Damage> damaged) {
    public StoredEvents {
        events = List.copyOf(events);
        damaged = List.copyOf(damaged);
    }
}
