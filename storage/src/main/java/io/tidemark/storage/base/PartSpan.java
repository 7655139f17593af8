package io.tidemark.storage.base;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * Which documents a part of a scan holds: those found after one {@code _id} through another.
 *
 * @param after {@code {_id: …}} of the last document of the part before it; empty at the beginning
 *     of a range
 * @param last {@code {_id: …}} of its last document
 * @param readThrough no document of it was read as of a later cluster time
 */
public record PartSpan(Optional<RawDocument> after, RawDocument last, ClusterTime readThrough) {}
