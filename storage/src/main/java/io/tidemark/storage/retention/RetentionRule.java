package io.tidemark.storage.retention;

import io.tidemark.schemas.model.ClusterTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the operator wants to keep; what either rule keeps, stays.
 *
 * @param days 1 or more: every time of the last so many days that can be restored now can be
 *     restored afterwards
 * @param bases 1 or more: so many of each replica set's newest bases, and every time behind them
 * @param imports whether bases that were imported stay, and all that follows them: nobody asked for
 *     their removal
 */
public record RetentionRule(OptionalInt days, OptionalInt bases, boolean imports) {
    /** Where nobody has chosen a rule. */
    public static final RetentionRule DEFAULT =
            new RetentionRule(OptionalInt.of(7), OptionalInt.empty(), true);

    /** One that somebody chose: it is about imported bases as well. */
    public RetentionRule(OptionalInt days, OptionalInt bases) {
        this(days, bases, false);
    }

    public RetentionRule {
        if (days.isEmpty() && bases.isEmpty()) {
            throw new IllegalArgumentException("a rule that keeps nothing");
        }
        if (days.orElse(1) < 1 || bases.orElse(1) < 1) {
            throw new IllegalArgumentException("days and bases to keep must be 1 or more");
        }
    }

    /** The earliest time that the rule of days keeps. */
    Optional<ClusterTime> since(Instant now) {
        return days.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ClusterTime(
                                Math.max(
                                        0,
                                        now.minus(Duration.ofDays(days.getAsInt()))
                                                .getEpochSecond()),
                                0));
    }
}
