package io.tidemark.timeline.chunk;

import io.tidemark.timeline.event.ChunkRange;

/** A chunk and the id of the shard that owns it. */
public record OwnedChunk(ChunkRange range, String owner) {}
