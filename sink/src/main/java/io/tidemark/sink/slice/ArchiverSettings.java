package io.tidemark.sink.slice;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.frames.FrameOptions;
import java.util.function.BiFunction;

/**
 * What all archivers of a worker share.
 *
 * @param decode from topic and value to the record
 */
public record ArchiverSettings(
        ClusterName cluster,
        RollRule roll,
        FrameOptions frames,
        BiFunction<String, byte[], OplogRecord> decode) {}
