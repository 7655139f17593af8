package io.tidemark.sink.timeline;

import io.tidemark.storage.timeline.TimelineHeader;

/** Told what the timeline's archiver does; by its own thread. */
public interface TimelineWatch {
    /** An object is in the bucket. */
    void stored(TimelineHeader header);

    /** The archiver gets on: it has what it needs. */
    void stepped();

    /** The timeline is not archived for now. */
    void failed(RuntimeException failure);

    /** Nobody wants to know. */
    TimelineWatch NONE =
            new TimelineWatch() {
                @Override
                public void stored(TimelineHeader header) {
                    // Nobody wants to know.
                }

                @Override
                public void stepped() {
                    // Nobody wants to know.
                }

                @Override
                public void failed(RuntimeException failure) {
                    // Nobody wants to know.
                }
            };
}
