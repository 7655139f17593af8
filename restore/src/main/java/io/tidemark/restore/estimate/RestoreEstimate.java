package io.tidemark.restore.estimate;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.RestoreAmounts;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long a restore will take, phase by phase: each phase's part of the work, by the rate at which
 * the last drill did it, on whatever machine that was; without a drill by rates that a small
 * machine reaches.
 *
 * @param phases in their order
 * @param by the drill whose rates were taken; empty for the defaults
 */
public record RestoreEstimate(Map<Phase, Duration> phases, Optional<DrillResult> by) {
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

    public RestoreEstimate {
        phases = Collections.unmodifiableMap(new EnumMap<>(phases));
    }

    /** By the last drill that proved a restore, if there is one. */
    public static RestoreEstimate of(RestoreAmounts planned, Optional<DrillResult> drill) {
        Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
        for (Phase phase : Phase.values()) {
            if (phase != Phase.DONE) {
                phases.put(phase, phase(phase, planned, drill));
            }
        }
        return new RestoreEstimate(phases, drill);
    }

    /** In all. */
    public Duration total() {
        return phases.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration phase(
            Phase phase, RestoreAmounts planned, Optional<DrillResult> drill) {
        double least = rate(phase);
        double work = work(phase, planned, growth(drill));
        Optional<Duration> took =
                drill.map(d -> d.phases().get(phase.name().toLowerCase(java.util.Locale.ROOT)));
        if (least == 0) {
            return took.orElse(OTHERWISE);
        }
        if (took.isEmpty()) {
            return seconds(work / least);
        }
        double done = work(phase, drill.get().amounts(), growth(drill));
        double spent = took.get().toMillis() / 1e3;
        if (done <= 0 || spent <= 0) {
            return seconds(spent + work / least);
        }
        double rate = done / spent;
        // A phase that was over at once shows what it takes to begin, not how fast it goes on.
        boolean tells = spent >= LEAST_SECONDS || rate >= least;
        return seconds(tells ? work / rate : spent + Math.max(0, work - done) / least);
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
    private static double growth(Optional<DrillResult> drill) {
        return drill.filter(d -> d.amounts().entries() > 0)
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
