package io.tidemark.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures several things in turn, round after round, so that what else the machine does meets all
 * of them alike; the best of each counts. The first rounds also warm the machine up: while the JVM
 * compiles, on the same processors, every rate is a fraction of what it is in a process that has
 * run for a minute, and the more code a part runs the longer that takes. A service runs for months:
 * so the rounds go on until the compilers are at rest too.
 */
final class Rounds {
    static final int LEAST = 3;
    private static final int MOST = 30;

    /** Better by more than this share: not steady yet. */
    private static final double PROGRESS = 0.03;

    /**
     * Compiling for more than this share of a round: not steady yet. Seen on two processors: 0.5 in
     * the first rounds, 0.05 to 0.1 from the sixth on.
     */
    private static final double COMPILING = 0.1;

    /** Steady rounds after which the rates are taken for steady. */
    private static final int QUIET = 2;

    /** After this time no further round begins: on a busy machine nothing ever gets steady. */
    private static final Duration LONGEST = Duration.ofSeconds(180);

    private final Map<String, Round> measurements = new LinkedHashMap<>();
    private final Benchmark.Notes notes;
    private final int most;

    interface Round {
        /**
         * @param number of the round, for names that must differ
         * @return a rate
         */
        double run(int number) throws Exception;
    }

    /** Three rounds, for measurements that are long in themselves. */
    Rounds(Benchmark.Notes notes) {
        this(notes, LEAST);
    }

    private Rounds(Benchmark.Notes notes, int most) {
        this.notes = notes;
        this.most = most;
    }

    /**
     * Three rounds at least, then until no rate gets better and the compilers are at rest; thirty,
     * or 180 s, at most.
     */
    static Rounds untilSteady(Benchmark.Notes notes) {
        return new Rounds(notes, MOST);
    }

    Rounds add(String name, Round round) {
        measurements.put(name, round);
        return this;
    }

    /** The best rate of each measurement, in the order in which they were added. */
    Map<String, Double> run() throws Exception {
        Map<String, Double> best = new LinkedHashMap<>();
        int quiet = 0;
        long end = System.nanoTime() + LONGEST.toNanos();
        for (int i = 0; i < LEAST || (i < most && quiet < QUIET && System.nanoTime() < end); i++) {
            notes.say("Round " + (i + 1) + ": " + measurements.keySet() + " …");
            CompilerRest rest = CompilerRest.from(COMPILING);
            boolean progressed = progressed(i, best);
            quiet = progressed || !rest.held() ? 0 : quiet + 1;
        }
        return best;
    }

    /** One round; true if it was better than those before. */
    private boolean progressed(int round, Map<String, Double> best) throws Exception {
        boolean progressed = false;
        for (Map.Entry<String, Round> each : measurements.entrySet()) {
            double rate = each.getValue().run(round);
            double before = best.getOrDefault(each.getKey(), 0.0);
            progressed |= rate > before * (1 + PROGRESS);
            best.put(each.getKey(), Math.max(before, rate));
        }
        return progressed;
    }
}
