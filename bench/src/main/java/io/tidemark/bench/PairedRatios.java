package io.tidemark.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How much longer one kind of spell took than the other, by many pairs of neighbours: what changes
 * slowly (the machine's speed, a heap that fills) meets both of a pair, and what hits one of them
 * hits few pairs, so the median tells.
 *
 * @param ratios of each pair, in rising order
 */
record PairedRatios(double[] ratios) {
    /** Two spells, neighbours in time. Which one came first changes from pair to pair. */
    record Pair(Spell changed, Spell plain) {}

    PairedRatios {
        if (ratios.length == 0) {
            throw new IllegalArgumentException("no pairs were measured");
        }
        ratios = ratios.clone();
        Arrays.sort(ratios);
    }

    static PairedRatios of(List<Pair> pairs, ToDoubleFunction<Spell> latency) {
        return new PairedRatios(
                pairs.stream()
                        .mapToDouble(
                                pair ->
                                        latency.applyAsDouble(pair.changed())
                                                / latency.applyAsDouble(pair.plain()))
                        .toArray());
    }

    /** Percent that the changed ones took longer, in the middle of all pairs. */
    double percent() {
        int half = ratios.length / 2;
        double median =
                ratios.length % 2 == 1 ? ratios[half] : (ratios[half - 1] + ratios[half]) / 2;
        return percent(median);
    }

    /**
     * Between this and {@link #highPercent} the true median lies with 95 %, however the ratios are
     * distributed: of n values it lies between those of rank n/2 ± 0.98 √n (order statistics).
     */
    double lowPercent() {
        return percent(ratios[rank()]);
    }

    double highPercent() {
        return percent(ratios[ratios.length - 1 - rank()]);
    }

    private int rank() {
        return (int) Math.max(0, Math.floor(ratios.length / 2.0 - 0.98 * Math.sqrt(ratios.length)));
    }

    private static double percent(double ratio) {
        return 100 * (ratio - 1);
    }
}
