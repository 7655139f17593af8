package io.tidemark.restore.replay;

import java.util.ArrayList;
import java.util.List;

/** What replay found and could not resolve: the restore goes on, and is not called verified. */
public final class Problems {
    private static final int MOST_LISTED = 100;
    private final List<String> listed = new ArrayList<>();
    private long found;

    /** Safe for use by several threads. */
    public synchronized void add(String problem) {
        found++;
        if (listed.size() < MOST_LISTED) {
            listed.add(problem);
        }
    }

    /** How many there are. */
    public synchronized long count() {
        return found;
    }

    /** The first hundred, and how many more there are. */
    public synchronized List<String> list() {
        List<String> all = new ArrayList<>(listed);
        if (found > listed.size()) {
            all.add("… and " + (found - listed.size()) + " more");
        }
        return all;
    }
}
