package io.tidemark.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Notices work that waits and does not move. Looks must come at least every few seconds: what moved
 * between two looks counts from the later one. Safe for use by several threads.
 */
public final class StallWatch {
    private final LongSupplier nanoTime;
    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(Look look, long sinceNanos) {}

    /**
     * @param nanoTime as {@link System#nanoTime}
     */
    public StallWatch(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * One part as it is now.
     *
     * @param marker how far it is: another value than before means that it moved
     * @param waiting what waits or stands in the way; empty if the part has nothing to do
     * @param patience for how long that may be so
     */
    public record Look(String part, Object marker, Optional<String> waiting, Duration patience) {
        public Look {
            Objects.requireNonNull(marker, "marker");
        }
    }

    /** Looks at all parts there are; those of earlier looks that are not among them are over. */
    public synchronized void look(Collection<Look> parts) {
        long now = nanoTime.getAsLong();
        Map<String, Seen> before = Map.copyOf(seen);
        seen.clear();
        for (Look look : parts) {
            Seen last = before.get(look.part());
            boolean stands =
                    last != null
                            && look.waiting().isPresent()
                            && last.look().waiting().isPresent()
                            && last.look().marker().equals(look.marker());
            seen.put(look.part(), new Seen(look, stands ? last.sinceNanos() : now));
        }
    }

    /** The parts that have waited for longer than they may. */
    public synchronized List<Health.Problem> problems() {
        long now = nanoTime.getAsLong();
        List<Health.Problem> problems = new ArrayList<>();
        seen.values()
                .forEach(
                        each -> {
                            Duration stood = Duration.ofNanos(now - each.sinceNanos());
                            if (each.look().waiting().isPresent()
                                    && stood.compareTo(each.look().patience()) > 0) {
                                problems.add(problem(each.look(), stood));
                            }
                        });
        problems.sort(java.util.Comparator.comparing(Health.Problem::part));
        return problems;
    }

    private static Health.Problem problem(Look look, Duration stood) {
        return new Health.Problem(
                look.part(),
                "no progress for " + stood.toSeconds() + " s: " + look.waiting().orElse(""));
    }
}
