package io.tidemark.sink.store;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.slice.KafkaRange;
import java.util.OptionalLong;

/**
 * An object that is in the bucket now.
 *
 * @param key of a slice or gap
 * @param last the last entry of a slice; the end of a gap, with term -1
 * @param kafka the records that it stands for
 * @param wallMillis of the last entry, for lag
 * @param rawBytes of the entries in it
 * @param sizeBytes as stored
 */
public record Archived(
        ReplicaSet replicaSet,
        ObjectKey.OfLife key,
        Optime last,
        KafkaRange kafka,
        OptionalLong wallMillis,
        long rawBytes,
        long sizeBytes) {
    public boolean isGap() {
        return key instanceof ObjectKey.OfGap;
    }
}
