package io.tidemark.bench;

import java.util.concurrent.Callable;

/** Times a piece of work. */
final class Stopwatch {
    private Stopwatch() {}

    /** How many of {@code count} are done per second by {@code work}. */
    static double perSecond(long count, Callable<?> work) throws Exception {
        long begun = System.nanoTime();
        work.call();
        return count / ((System.nanoTime() - begun) / 1e9);
    }
}
