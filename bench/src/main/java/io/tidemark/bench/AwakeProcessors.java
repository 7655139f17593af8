package io.tidemark.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every processor from sleeping, by a process for each that does nothing, at the lowest
 * priority. Waking one takes longer than a small write: so whatever else runs makes writes faster,
 * and what it costs them can't be seen. At that priority the processes give way at once, and take
 * one or two percent, whatever else runs.
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
     * @throws IOException if there is no {@code nice} or no {@code sh}
     */
    static AwakeProcessors keep() throws IOException {
        AwakeProcessors awake = new AwakeProcessors();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                awake.processes.add(
                        new ProcessBuilder("nice", "-n", "19", "sh", "-c", LOOP)
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
