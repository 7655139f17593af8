package io.tidemark.bench;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The latencies of the writes of a while. @param nanos in rising order */
record Spell(long[] nanos) {
    Spell {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("no write ended in a spell");
        }
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /**
     * Writes for so long at an even pace; a write that took longer than a turn is followed by the
     * next at once.
     *
     * @param write told the number of each write
     * @param turnNanos from one write to the next
     */
    static Spell of(LongConsumer write, LongSupplier numbers, long turnNanos, long lengthNanos) {
        long[] latencies = new long[1024];
        int count = 0;
        long begun = System.nanoTime();
        long turn = begun;
        while (turn - begun < lengthNanos) {
            LockSupport.parkNanos(turn - System.nanoTime());
            long before = System.nanoTime();
            write.accept(numbers.getAsLong());
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
            }
            latencies[count++] = System.nanoTime() - before;
            turn = Math.max(turn + turnNanos, System.nanoTime());
        }
        return new Spell(Arrays.copyOf(latencies, count));
    }

    /** Of several clients at the same time. */
    static Spell together(List<Spell> spells) {
        return new Spell(spells.stream().flatMapToLong(s -> Arrays.stream(s.nanos)).toArray());
    }

    double mean() {
        return Arrays.stream(nanos).average().orElseThrow();
    }

    double median() {
        return quantile(0.5);
    }

    double p99() {
        return quantile(0.99);
    }

    private double quantile(double share) {
        return nanos[(int) Math.min(nanos.length - 1L, Math.round(share * (nanos.length - 1)))];
    }
}
