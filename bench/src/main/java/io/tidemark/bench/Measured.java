package io.tidemark.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One benchmark's outcome.
 *
 * @param rate ours, in {@code unit}
 * @param ceilings what the machine gives without us, in the same unit, by name
 * @param unit such as {@code entries/s}
 * @param entries how many were measured
 * @param bytes raw BSON of those entries
 */
record Measured(double rate, Map<String, Double> ceilings, String unit, long entries, long bytes) {
    Measured {
        ceilings = Collections.unmodifiableMap(new LinkedHashMap<>(ceilings));
        if (ceilings.isEmpty()) {
            throw new IllegalArgumentException("a rate without a ceiling says nothing");
        }
    }

    /**
     * @param rates entries per second, ours among them
     * @param ours the name of ours
     */
    static Measured of(Map<String, Double> rates, String ours, long entries, long bytes) {
        Map<String, Double> ceilings = new LinkedHashMap<>(rates);
        double rate = ceilings.remove(ours);
        return new Measured(rate, ceilings, "entries/s", entries, bytes);
    }

    /** Our share of the slowest ceiling. */
    double ratio() {
        return rate
                / ceilings.values().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
