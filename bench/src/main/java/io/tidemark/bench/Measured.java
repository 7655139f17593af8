package io.tidemark.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One benchmark's outcome.
 *
 * @param rate ours, in {@code unit}
 * @param ceilings what the machine gives without us, in the same unit, by name
 * @param unit such as {@code entries/s}
 * @param entries how many were measured
 * @param bytes raw BSON of those entries
 * @param parts the rates of single steps of ours, by name, in the same unit
 * @param peers how fast others do the same, in the same unit, by name
 * @param heapPeakBytes the most heap that was in use after a collection, where it was measured
 * @param mixes the same for each kind of input, where there are several; the whole is one of them
 */
record Measured(
        double rate,
        Map<String, Double> ceilings,
        String unit,
        long entries,
        long bytes,
        Map<String, Double> parts,
        Map<String, Double> peers,
        OptionalLong heapPeakBytes,
        Map<String, Measured> mixes) {
    Measured {
        ceilings = Collections.unmodifiableMap(new LinkedHashMap<>(ceilings));
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        peers = Collections.unmodifiableMap(new LinkedHashMap<>(peers));
        mixes = Collections.unmodifiableMap(new LinkedHashMap<>(mixes));
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
        return new Measured(
                rate,
                ceilings,
                "entries/s",
                entries,
                bytes,
                Map.of(),
                Map.of(),
                OptionalLong.empty(),
                Map.of());
    }

    Measured in(String otherUnit) {
        return new Measured(
                rate, ceilings, otherUnit, entries, bytes, parts, peers, heapPeakBytes, mixes);
    }

    Measured beside(Map<String, Double> others, OptionalLong heap) {
        return new Measured(rate, ceilings, unit, entries, bytes, parts, others, heap, mixes);
    }

    Measured with(Map<String, Measured> inputs) {
        return new Measured(
                rate, ceilings, unit, entries, bytes, parts, peers, heapPeakBytes, inputs);
    }

    Measured withParts(Map<String, Double> steps) {
        return new Measured(
                rate, ceilings, unit, entries, bytes, steps, peers, heapPeakBytes, mixes);
    }

    /** Our share of the slowest ceiling. */
    double ratio() {
        return rate
                / ceilings.values().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
