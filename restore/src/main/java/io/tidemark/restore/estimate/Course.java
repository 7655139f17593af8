package io.tidemark.restore.estimate;

import io.tidemark.storage.drill.PhaseCourse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;

/**
 * How one phase of one drill went: it is slow to get under way (a JVM that has compiled nothing
 * yet, empty caches), and goes on at the pace of its end.
 *
 * @param points growing in both; the last is the phase as a whole
 */
record Course(List<Sample> points) {
    /** The pace at the end is that of what was done beyond this part of it. */
    private static final double UNDER_WAY = 0.6;

    /** A drill twice as large counts a quarter as much as one of the same size. */
    private static final double NEAR = 0.25;

    /** What was over sooner shows what it takes to begin, not how fast it goes on. */
    static final double LEAST_SECONDS = 0.5;

    Course {
        points = List.copyOf(points);
    }

    /**
     * Empty if the phase told nothing, or did nothing.
     *
     * @param work of what it told, in the phase's unit
     */
    static Optional<Course> of(PhaseCourse phase, LongToDoubleFunction work) {
        List<Sample> points = new ArrayList<>();
        for (PhaseCourse.Mark mark : phase.marks()) {
            points.add(new Sample(work.applyAsDouble(mark.done()), mark.after().toMillis() / 1e3));
        }
        if (points.isEmpty() || points.get(points.size() - 1).work() <= 0) {
            return Optional.empty();
        }
        Sample last = points.remove(points.size() - 1);
        points.add(new Sample(last.work(), phase.took().toMillis() / 1e3));
        return Optional.of(new Course(points));
    }

    /**
     * What all of them tell; the nearer one is in size, the more it counts.
     *
     * @param usualPerSecond see {@link #secondsAt}
     */
    static double told(List<Course> courses, double work, double usualPerSecond) {
        double seconds = 0;
        double weights = 0;
        for (Course course : courses) {
            double apart = Math.abs(Math.log(Math.max(1, work) / Math.max(1, course.all().work())));
            double weight = NEAR / (NEAR + apart);
            seconds += weight * course.secondsAt(work, usualPerSecond);
            weights += weight;
        }
        return seconds / weights;
    }

    private Sample all() {
        return points.get(points.size() - 1);
    }

    /**
     * On its way as it went; beyond its end at the pace that it had there.
     *
     * @param usualPerSecond the pace instead of one that was too short to be known
     */
    double secondsAt(double work, double usualPerSecond) {
        if (work >= all().work()) {
            return all().seconds() + (work - all().work()) * secondsEach(usualPerSecond);
        }
        Sample before = new Sample(0, 0);
        for (Sample point : points) {
            if (point.work() >= work) {
                return between(before, point, work);
            }
            before = point;
        }
        return all().seconds();
    }

    private static double between(Sample from, Sample to, double work) {
        double share = (work - from.work()) / (to.work() - from.work());
        return from.seconds() + share * (to.seconds() - from.seconds());
    }

    private double secondsEach(double usualPerSecond) {
        Sample from = new Sample(0, 0);
        for (Sample point : points) {
            if (point.work() <= UNDER_WAY * all().work()) {
                from = point;
            }
        }
        double seconds = all().seconds() - from.seconds();
        double each = seconds / (all().work() - from.work());
        return seconds >= LEAST_SECONDS ? each : Math.min(each, 1 / usualPerSecond);
    }
}
