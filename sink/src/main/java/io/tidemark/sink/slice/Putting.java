package io.tidemark.sink.slice;

import io.tidemark.sink.store.Archived;

/** Where finished objects go: put in this order, one at a time. */
@FunctionalInterface
public interface Putting {
    /**
     * Takes an object over; may return before it is put, but not while the one before is still on
     * its way. Failures show at a later call.
     */
    void hand(Pending object);

    /**
     * An object to be put.
     *
     * @param archived what is true when it is put
     * @param put puts it
     * @param free gives back what it holds; called once, put or not
     */
    record Pending(Archived archived, Runnable put, Runnable free) {}
}
