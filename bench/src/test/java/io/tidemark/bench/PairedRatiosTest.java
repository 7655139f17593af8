package io.tidemark.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.bench.PairedRatios.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the measure of write latency says of latencies that are known. */
final class PairedRatiosTest {
    private static final long SEED = 7;
    private final Random random = new Random(SEED);
    private double slowness = 100_000;

    @Test
    void aMachineThatGetsSlowerAllTheTimeAddsNothing() {
        PairedRatios ratios = PairedRatios.of(pairs(1.0, 0.02), Spell::median);

        assertThat(ratios.percent()).isCloseTo(0, within(1.0));
    }

    @Test
    void whatIsAddedIsFoundThoughTheMachineGetsSlowerAndPairsAreHit() {
        List<Pair> pairs = pairs(1.08, 0.02);
        for (int i = 0; i < 8; i++) {
            pairs.set(5 * i, new Pair(spell(3_000_000), spell(100_000)));
        }

        PairedRatios ratios = PairedRatios.of(pairs, Spell::median);

        assertThat(ratios.percent()).isCloseTo(8, within(3.0));
        assertThat(ratios.lowPercent()).isBetween(4.0, ratios.percent());
        assertThat(ratios.highPercent()).isBetween(ratios.percent(), 13.0);
    }

    @Test
    void theNinetyNinthPercentileSeesWhatTheMedianDoesNot() {
        long[] few = new long[1_000];
        java.util.Arrays.fill(few, 100);
        java.util.Arrays.fill(few, 0, 20, 5_000);

        assertThat(new Spell(few).median()).isEqualTo(100);
        assertThat(new Spell(few).p99()).isEqualTo(5_000);
        assertThat(new Spell(few).mean()).isEqualTo(198);
    }

    @Test
    void ofFortyPairsTheMedianLiesBetweenThe14thAndThe27th() {
        double[] ratios = new double[40];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = 1 + (i + 1) / 100.0;
        }

        PairedRatios paired = new PairedRatios(ratios);

        assertThat(paired.percent()).isCloseTo(20.5, within(1e-6));
        assertThat(paired.lowPercent()).isCloseTo(14, within(1e-6));
        assertThat(paired.highPercent()).isCloseTo(27, within(1e-6));
    }

    @Test
    void onlyANoiseFloorUnderThePromiseLetsItBeSettled() {
        PairedRatios calm = ratios(0.98, 1.0, 1.02);
        PairedRatios wild = ratios(0.7, 1.0, 1.4);

        assertThat(LatencyBenchmark.verdict(ratios(1.01, 1.05, 1.09), calm))
                .isEqualTo("at most 10 %");
        assertThat(LatencyBenchmark.verdict(ratios(1.01, 1.05, 1.09), wild))
                .isEqualTo("noise too large to tell");
        assertThat(LatencyBenchmark.verdict(ratios(1.2, 1.3, 1.4), calm))
                .isEqualTo("more than 10 %");
        assertThat(LatencyBenchmark.verdict(ratios(1.2, 1.3, 1.4), wild))
                .isEqualTo("noise too large to tell");
        assertThat(LatencyBenchmark.verdict(ratios(1.6, 2.2, 2.9), wild))
                .isEqualTo("more than 10 %");
        assertThat(LatencyBenchmark.verdict(ratios(1.0, 1.1, 1.2), calm))
                .isEqualTo("about 10 %, not settled");
    }

    private static PairedRatios ratios(double... ratios) {
        return new PairedRatios(ratios);
    }

    /** Forty pairs, in the order that the benchmark takes them. */
    private List<Pair> pairs(double factor, double drift) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Spell first = next(i % 2 == 0 ? factor : 1, drift);
            Spell second = next(i % 2 == 0 ? 1 : factor, drift);
            pairs.add(i % 2 == 0 ? new Pair(first, second) : new Pair(second, first));
        }
        return pairs;
    }

    private Spell next(double factor, double drift) {
        slowness *= 1 + drift;
        return spell((long) (slowness * factor));
    }

    private Spell spell(long about) {
        return new Spell(random.longs(200, about * 9 / 10, about * 11 / 10).toArray());
    }
}
