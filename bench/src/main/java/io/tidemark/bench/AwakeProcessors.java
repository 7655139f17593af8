package io.tidemark.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every processor from sleeping, by a process for each that does nothing, in the idle
 * scheduling class. Waking one takes longer than a small write: so whatever else runs makes writes
 * faster, and what it costs them can't be seen. In that class the processes give way at once, and
 * Linux counts a processor that runs nothing else as free: a thread that wakes up goes there.
 */
final class AwakeProcessors implements AutoCloseable {
    /** Looks now and then whether this process is still there, and ends if not. */
    private static final String LOOP =
            "parent=$PPID; i=0;"
                    + " while [ $i -lt 1000000 ] || kill -0 $parent; do i=$(( i % 1000000 + 1 ));"
                    + " done";

    private final List<Process> processes = new ArrayList<>();

    private AwakeProcessors() {}

    /**
     * @throws IOException if there is no {@code chrt} (Linux, util-linux) or no {@code sh}
     */
    static AwakeProcessors keep() throws IOException {
        AwakeProcessors awake = new AwakeProcessors();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                awake.processes.add(
                        new ProcessBuilder("chrt", "--idle", "0", "sh", "-c", LOOP)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start());
            }
            return awake;
        } catch (IOException e) {
            awake.close();
            throw e;
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
