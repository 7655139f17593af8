package io.tidemark.restore.estimate;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.PhaseCourse;
import io.tidemark.storage.drill.RestoreAmounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * How long a restore will take, phase by phase: each phase's part of the work, as the last drills
 * did it, on whatever machine that was; without a drill by rates that a small machine reaches.
 * Drills tell how the longest phases went, and so what those take to get under way and how fast
 * they go on then; for the others drills of several sizes tell the same. What planning takes, it
 * has just taken.
 *
 * @param phases in their order
 * @param by the drills that tell, the newest first: those into given targets if there are any, as
 *     embedded ones are no servers; empty for the defaults
 * @param spread the restore should take between the total divided and multiplied by this: 1 or more
 */
public record RestoreEstimate(Map<Phase, Duration> phases, List<DrillResult> by, double spread) {
    /** Drills that are asked; older ones ran on data, and perhaps on machines, of another time. */
    public static final int MOST_DRILLS = 8;

    /** Connections, catalogues, metadata: what every phase takes that has no amount. */
    private static final Duration OTHERWISE = Duration.ofMillis(500);

    /** A restore that has so many times the work of every drill is told with less confidence. */
    private static final double FAR_BEYOND = 4;

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
     * @param planning how long it took to plan this: the restore plans again
     * @param proven the newest first
     */
    public static RestoreEstimate of(
            RestoreAmounts planned, Duration planning, List<DrillResult> proven) {
        List<DrillResult> drills = comparable(proven);
        Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
        phases.put(Phase.PLAN, planning);
        boolean sizes = false;
        for (Phase phase : Phase.values()) {
            if (phase != Phase.DONE && phase != Phase.PLAN) {
                List<Sample> samples = samples(phase, drills);
                sizes |= Sample.areApart(samples, SIZES_APART);
                phases.put(phase, phase(phase, planned, drills, samples));
            }
        }
        return new RestoreEstimate(phases, drills, spread(planned, drills, sizes));
    }

    /** Several drills tell most where they had several sizes, or told how their phases went. */
    private static double spread(RestoreAmounts planned, List<DrillResult> drills, boolean sizes) {
        if (drills.isEmpty()) {
            return SPREAD_OF_DEFAULTS;
        }
        boolean courses =
                drills.stream()
                        .flatMap(drill -> drill.phases().values().stream())
                        .anyMatch(course -> !course.marks().isEmpty());
        boolean tell = drills.size() > 1 && (sizes || courses);
        return tell && !isFarBeyond(planned, drills) ? SPREAD_OF_SEVERAL : SPREAD_OF_ONE;
    }

    private static boolean isFarBeyond(RestoreAmounts planned, List<DrillResult> drills) {
        return isFarBeyond(planned, drills, RestoreAmounts::operations)
                || isFarBeyond(planned, drills, RestoreAmounts::baseBytes);
    }

    private static boolean isFarBeyond(
            RestoreAmounts planned, List<DrillResult> drills, ToLongFunction<RestoreAmounts> of) {
        long most = drills.stream().mapToLong(d -> of.applyAsLong(d.amounts())).max().orElse(0);
        return of.applyAsLong(planned) > FAR_BEYOND * most;
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
            course(phase, drill)
                    .ifPresent(
                            course ->
                                    samples.add(
                                            new Sample(
                                                    PhaseWork.of(phase).by(drill),
                                                    course.took().toMillis() / 1e3)));
        }
        return samples;
    }

    private static Optional<PhaseCourse> course(Phase phase, DrillResult drill) {
        return Optional.ofNullable(drill.phases().get(phase.name().toLowerCase(Locale.ROOT)));
    }

    private static List<Course> courses(Phase phase, List<DrillResult> drills) {
        PhaseWork work = PhaseWork.of(phase);
        List<Course> courses = new ArrayList<>();
        for (DrillResult drill : drills) {
            course(phase, drill)
                    .flatMap(course -> Course.of(course, done -> work.of(done, drill)))
                    .ifPresent(courses::add);
        }
        return courses;
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
        PhaseWork kind = PhaseWork.of(phase);
        if (kind == PhaseWork.NONE) {
            return samples.isEmpty() ? OTHERWISE : seconds(Sample.meanSeconds(samples));
        }
        double work = kind.in(planned, drills.stream().findFirst());
        if (samples.isEmpty()) {
            return seconds(work / kind.usualPerSecond());
        }
        List<Course> courses = courses(phase, drills);
        if (!courses.isEmpty()) {
            return seconds(Course.told(courses, work, kind.usualPerSecond()));
        }
        if (Sample.areApart(samples, SIZES_APART)) {
            return seconds(Sample.line(samples, work));
        }
        return seconds(byOne(samples.get(0), work, kind.usualPerSecond()));
    }

    private static double byOne(Sample last, double work, double least) {
        if (last.work() <= 0 || last.seconds() <= 0) {
            return last.seconds() + work / least;
        }
        double rate = last.work() / last.seconds();
        // A phase that was over at once shows what it takes to begin, not how fast it goes on.
        boolean tells = last.seconds() >= Course.LEAST_SECONDS || rate >= least;
        return tells ? work / rate : last.seconds() + Math.max(0, work - last.work()) / least;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }
}
