package io.tidemark.bench;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** The latencies of writes that followed each other for a while. @param nanos in rising order */
record Spell(long[] nanos) {
    Spell {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("no write ended in a spell");
        }
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /**
     * Writes for so long, one write after the other was acknowledged.
     *
     * @param write told the number of each write
     * @param first number
     */
    static Spell of(LongConsumer write, long first, long lengthNanos) {
        long[] latencies = new long[1024];
        int count = 0;
        long begun = System.nanoTime();
        long now = begun;
        while (now - begun < lengthNanos) {
            write.accept(first + count);
            long done = System.nanoTime();
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
            }
            latencies[count++] = done - now;
            now = done;
        }
        return new Spell(Arrays.copyOf(latencies, count));
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
