package io.tidemark.capture.shards;

import java.util.List;

/** The replica sets of the source cluster, config servers included. */
public interface ShardDirectory extends AutoCloseable {
    /**
     * Asks anew; each replica set once, in order of its name.
     *
     * @throws io.tidemark.capture.tail.SourceUnavailableException if nobody answers
     * @throws io.tidemark.capture.tail.SourceRefusedException if the answer needs a person
     */
    List<SourceSet> current();

    /** Idempotent; never throws. */
    @Override
    void close();
}
