package io.tidemark.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures several things in turn, round after round, so that what else the machine does meets all
 * of them alike; the best of each counts. The first round also warms the machine up.
 */
final class Rounds {
    private static final int ROUNDS = 3;

    private final Map<String, Round> measurements = new LinkedHashMap<>();
    private final Benchmark.Notes notes;

    interface Round {
        /**
         * @param number of the round, for names that must differ
         * @return a rate
         */
        double run(int number) throws Exception;
    }

    Rounds(Benchmark.Notes notes) {
        this.notes = notes;
    }

    Rounds add(String name, Round round) {
        measurements.put(name, round);
        return this;
    }

    /** The best rate of each measurement, in the order in which they were added. */
    Map<String, Double> run() throws Exception {
        Map<String, Double> best = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            notes.say("Round " + (i + 1) + " of " + ROUNDS + ": " + measurements.keySet() + " …");
            for (Map.Entry<String, Round> each : measurements.entrySet()) {
                best.merge(each.getKey(), each.getValue().run(i), Math::max);
            }
        }
        return best;
    }
}
