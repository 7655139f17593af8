package io.tidemark.restore.estimate;

import java.util.List;

/**
 * One phase of one drill.
 *
 * @param work in the phase's own unit
 * @param seconds that it took
 */
record Sample(double work, double seconds) {
    /** Of a phase so short nothing is known to the millisecond. */
    private static final double SHORTEST = 0.05;

    /** Whether the largest work is so many times the smallest: then a line says something. */
    static boolean areApart(List<Sample> samples, double times) {
        double least = samples.stream().mapToDouble(Sample::work).min().orElse(0);
        double most = samples.stream().mapToDouble(Sample::work).max().orElse(0);
        return least > 0 && most >= times * least;
    }

    static double meanSeconds(List<Sample> samples) {
        return samples.stream().mapToDouble(Sample::seconds).average().orElse(0);
    }

    /**
     * The seconds at some work, on the line nearest to the samples: what the phase takes to begin,
     * and what each piece of work adds, neither below zero. A difference counts by its share of the
     * time, so that a long drill does not drown a short one.
     */
    static double line(List<Sample> samples, double work) {
        double weights = 0;
        double meanWork = 0;
        double meanSeconds = 0;
        for (Sample sample : samples) {
            weights += sample.weight();
            meanWork += sample.weight() * sample.work;
            meanSeconds += sample.weight() * sample.seconds;
        }
        meanWork /= weights;
        meanSeconds /= weights;
        double together = 0;
        double apart = 0;
        for (Sample sample : samples) {
            double off = sample.work - meanWork;
            together += sample.weight() * off * (sample.seconds - meanSeconds);
            apart += sample.weight() * off * off;
        }
        double each = Math.max(0, together / apart);
        double begin = meanSeconds - each * meanWork;
        return begin >= 0 ? begin + each * work : meanSeconds / meanWork * work;
    }

    private double weight() {
        double least = Math.max(seconds, SHORTEST);
        return 1 / (least * least);
    }
}
