package io.tidemark.restore.property;

import java.util.Map;
import java.util.TreeMap;

/** What all seeds together have tested: a property over nothing would hold too. */
final class Shares {
    private final Map<String, Long> counts = new TreeMap<>();

    synchronized void count(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    synchronized long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((what, times) -> text.append(String.format("%10d  %s%n", times, what)));
        return text.toString();
    }
}
