package io.tidemark.storage.drill;

import java.time.Duration;
import java.util.List;

/**
 * How one phase of a restore went.
 *
 * @param took from its beginning to its end
 * @param marks how far it had come when, in their order; empty for phases that don't count what
 *     they do
 */
public record PhaseCourse(Duration took, List<Mark> marks) {
    /**
     * @param done operations replayed, or documents of bases loaded, by then
     * @param after since the phase began
     */
    public record Mark(long done, Duration after) {
        public Mark {
            if (done < 0 || after.isNegative()) {
                throw new IllegalArgumentException(done + " done after " + after);
            }
        }
    }

    public PhaseCourse {
        marks = List.copyOf(marks);
    }

    /** Of a phase of which only the time is known. */
    public static PhaseCourse of(Duration took) {
        return new PhaseCourse(took, List.of());
    }
}
