package io.tidemark.sink.slice;

import io.tidemark.sink.consume.OplogPartition;

/** The topic was deleted and made anew while it was read; the reader begins again by the bucket. */
public final class TopicReplacedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TopicReplacedException(OplogPartition partition, String from, String now) {
        super("Topic " + partition + " was made anew: its id was " + from + ", now it is " + now);
    }
}
