package io.tidemark.restore.estimate;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.RestoreAmounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long a restore will take, phase by phase: each phase's part of the work, as the last drills
 * did it, on whatever machine that was; without a drill by rates that a small machine reaches.
 * Drills of several sizes tell apart what a phase takes to begin and what each piece of work adds.
 *
 * @param phases in their order
 * @param by the drills that tell, the newest first: those into given targets if there are any, as
 *     embedded ones are no servers; empty for the defaults
 * @param spread the restore should take between the total divided and multiplied by this: 1 or more
 */
public record RestoreEstimate(Map<Phase, Duration> phases, List<DrillResult> by, double spread) {
    /** Drills that are asked; older ones ran on data, and perhaps on machines, of another time. */
    public static final int MOST_DRILLS = 8;

    /** Of the objects read and their digests compared. */
    static final double CHECKED_BYTES_PER_SECOND = 100e6;

    /** Raw, of the bases, decompressed and written. */
    static final double BASE_BYTES_PER_SECOND = 20e6;

    static final double ENTRIES_PER_SECOND = 20_000;

    /** Read back and hashed, or looked at for orphans. */
    static final double DOCUMENTS_PER_SECOND = 100_000;

    static final double INDEX_ENTRIES_PER_SECOND = 200_000;

    /** Of entries that leave one more document behind; a drill tells it better. */
    static final double NEW_DOCUMENTS_PER_ENTRY = 0.5;

    /** Connections, catalogues, metadata: what every phase takes that has no amount. */
    private static final Duration OTHERWISE = Duration.ofMillis(500);

    /** What a phase did in less says little about its rate. */
    private static final double LEAST_SECONDS = 0.5;

    /** Drills whose work differs by less say nothing about what comes with each piece of it. */
    private static final double SIZES_APART = 1.5;

    private static final double SPREAD_OF_SEVERAL = 1.3;
    private static final double SPREAD_OF_ONE = 1.6;
    private static final double SPREAD_OF_DEFAULTS = 4;

    public RestoreEstimate {
        phases = Collections.unmodifiableMap(new EnumMap<>(phases));
        by = List.copyOf(by);
    }

    /**
     * By drills that proved a restore, if there are any.
     *
     * @param proven the newest first
     */
    public static RestoreEstimate of(RestoreAmounts planned, List<DrillResult> proven) {
        List<DrillResult> drills = comparable(proven);
        Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
        boolean sizes = false;
        for (Phase phase : Phase.values()) {
            if (phase != Phase.DONE) {
                List<Sample> samples = samples(phase, drills);
                sizes |= Sample.areApart(samples, SIZES_APART);
                phases.put(phase, phase(phase, planned, drills, samples));
            }
        }
        double spread =
                drills.isEmpty() ? SPREAD_OF_DEFAULTS : sizes ? SPREAD_OF_SEVERAL : SPREAD_OF_ONE;
        return new RestoreEstimate(phases, drills, spread);
    }

    private static List<DrillResult> comparable(List<DrillResult> proven) {
        List<DrillResult> given =
                proven.stream()
                        .filter(drill -> !drill.target().equals(DrillResult.EMBEDDED))
                        .toList();
        List<DrillResult> drills = given.isEmpty() ? proven : given;
        return drills.subList(0, Math.min(MOST_DRILLS, drills.size()));
    }

    private static List<Sample> samples(Phase phase, List<DrillResult> drills) {
        List<Sample> samples = new ArrayList<>();
        for (DrillResult drill : drills) {
            Duration took = drill.phases().get(phase.name().toLowerCase(Locale.ROOT));
            if (took != null) {
                double work = work(phase, drill.amounts(), growth(List.of(drill)));
                samples.add(new Sample(work, took.toMillis() / 1e3));
            }
        }
        return samples;
    }

    /** In all. */
    public Duration total() {
        return phases.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** What it should take at least. */
    public Duration least() {
        return seconds(total().toMillis() / 1e3 / spread);
    }

    /** What it should take at most. */
    public Duration most() {
        return seconds(total().toMillis() / 1e3 * spread);
    }

    private static Duration phase(
            Phase phase, RestoreAmounts planned, List<DrillResult> drills, List<Sample> samples) {
        double least = rate(phase);
        if (least == 0) {
            return samples.isEmpty() ? OTHERWISE : seconds(Sample.meanSeconds(samples));
        }
        double work = work(phase, planned, growth(drills));
        if (samples.isEmpty()) {
            return seconds(work / least);
        }
        if (Sample.areApart(samples, SIZES_APART)) {
            return seconds(Sample.line(samples, work));
        }
        return seconds(byOne(samples.get(0), work, least));
    }

    private static double byOne(Sample last, double work, double least) {
        if (last.work() <= 0 || last.seconds() <= 0) {
            return last.seconds() + work / least;
        }
        double rate = last.work() / last.seconds();
        // A phase that was over at once shows what it takes to begin, not how fast it goes on.
        boolean tells = last.seconds() >= LEAST_SECONDS || rate >= least;
        return tells ? work / rate : last.seconds() + Math.max(0, work - last.work()) / least;
    }

    private static double rate(Phase phase) {
        return switch (phase) {
            case CHECK -> CHECKED_BYTES_PER_SECOND;
            case BASE -> BASE_BYTES_PER_SECOND;
            case REPLAY -> ENTRIES_PER_SECOND;
            case ORPHANS, VERIFY -> DOCUMENTS_PER_SECOND;
            case INDEXES -> INDEX_ENTRIES_PER_SECOND;
            case PLAN, GUARD, DECIDE, IDENTITY, DONE -> 0;
        };
    }

    /** In the unit of the phase's rate. */
    private static double work(Phase phase, RestoreAmounts amounts, double growth) {
        double documents = Math.max(0, amounts.baseDocuments() + growth * amounts.entries());
        double indexes =
                amounts.baseDocuments() == 0
                        ? 0
                        : (double) amounts.indexEntries() / amounts.baseDocuments();
        return switch (phase) {
            case CHECK -> amounts.bytes();
            case BASE -> amounts.baseBytes();
            case REPLAY -> amounts.entries();
            case ORPHANS, VERIFY -> documents;
            case INDEXES -> documents * indexes;
            case PLAN, GUARD, DECIDE, IDENTITY, DONE -> 0;
        };
    }

    /** Documents more for each entry: of the drill, as its cluster writes what this one writes. */
    private static double growth(List<DrillResult> drills) {
        return drills.stream()
                .findFirst()
                .filter(d -> d.amounts().entries() > 0)
                .map(
                        d ->
                                (double) (d.documents() - d.amounts().baseDocuments())
                                        / d.amounts().entries())
                .map(growth -> Math.max(-1, Math.min(1, growth)))
                .orElse(NEW_DOCUMENTS_PER_ENTRY);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }
}
