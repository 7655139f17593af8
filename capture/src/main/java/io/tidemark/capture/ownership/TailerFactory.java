package io.tidemark.capture.ownership;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.OplogTailer;

/** Makes the tailer of a replica set that this agent has come to own. */
@FunctionalInterface
public interface TailerFactory {
    OplogTailer tailerOf(SourceSet set);
}
