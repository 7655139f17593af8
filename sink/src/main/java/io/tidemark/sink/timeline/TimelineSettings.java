package io.tidemark.sink.timeline;

import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.frames.FrameOptions;
import java.time.Duration;
import java.util.function.Function;

/**
 * What archiving the timeline needs to know.
 *
 * @param interval at most one windows object in so long, and one events object at least if there
 *     are events
 * @param memoryBytes for the parts of the windows topic; beyond it the timeline is not archived
 * @param stop for the last objects at the end
 * @param event from a value on the events topic
 * @param part from a value on the windows topic
 */
public record TimelineSettings(
        ClusterName cluster,
        Duration interval,
        long memoryBytes,
        Duration stop,
        FrameOptions frames,
        Function<byte[], TopologyEventRecord> event,
        Function<byte[], WindowsRecord> part) {}
