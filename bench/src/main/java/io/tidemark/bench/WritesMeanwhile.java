package io.tidemark.bench;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** One client's writes, one after the other, alone and beside other work. */
final class WritesMeanwhile {
    private static final long ALONE_NANOS = Duration.ofSeconds(5).toNanos();
    private final SourceData source;
    private long written;

    WritesMeanwhile(SourceData source) {
        this.source = source;
    }

    /** Writes per second. */
    double alone() {
        long end = System.nanoTime() + ALONE_NANOS;
        return writeWhile(() -> System.nanoTime() < end);
    }

    /** Writes per second until that work is done. */
    double beside(Callable<?> work) {
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                work.call();
                            } catch (Exception e) {
                                throw new CompletionException("the other work failed", e);
                            }
                        });
        double rate = writeWhile(() -> !done.isDone());
        done.join();
        return rate;
    }

    /** How many were written in all. */
    long count() {
        return written;
    }

    private double writeWhile(BooleanSupplier goesOn) {
        long begun = System.nanoTime();
        long before = written;
        while (goesOn.getAsBoolean()) {
            source.write(written++);
        }
        return (written - before) / ((System.nanoTime() - begun) / 1e9);
    }
}
