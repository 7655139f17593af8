package io.tidemark.cli.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.drill.DrillAnswer;
import io.tidemark.storage.drill.DrillResult;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether restores are known to work.
 *
 * @param last the last drill, whatever it found
 * @param proven the last one that proved a restore
 * @param oldest from this age on a proof is called old
 */
record DrillStatus(
        Optional<DrillResult> last, Optional<DrillResult> proven, Instant now, Duration oldest) {

    void words(PrintStream out) {
        proven.ifPresent(
                drill ->
                        out.printf(
                                "  last proven restore: to %s, drilled %s (%,d h ago) in %.1f s%n",
                                drill.restoredTo(),
                                drill.key().startedAt(),
                                age(drill).toHours(),
                                drill.took().toMillis() / 1e3));
        warning().ifPresent(warning -> out.println("  WARNING: " + warning));
    }

    Optional<String> warning() {
        if (last.isEmpty()) {
            return Optional.of("no drill has proven a restore of this cluster yet: run drill");
        }
        if (!last.get().isProven()) {
            return Optional.of(
                    "the last drill, at "
                            + last.get().key().startedAt()
                            + ", found differences: "
                            + last.get().problems().get(0));
        }
        return Optional.of(age(last.get()))
                .filter(age -> age.compareTo(oldest) > 0)
                .map(age -> "the last drill is " + age.toDays() + " days old: run drill");
    }

    /** {@code lastDrill} is the last proven one, where there is one. */
    void put(ObjectNode json) {
        Optional<DrillResult> told = proven.or(() -> last);
        told.ifPresentOrElse(
                drill -> json.set("lastDrill", new DrillAnswer(drill).json()),
                () -> json.putNull("lastDrill"));
        json.put("drillWarning", warning().orElse(null));
    }

    private Duration age(DrillResult drill) {
        return Duration.between(drill.key().startedAt(), now);
    }
}
