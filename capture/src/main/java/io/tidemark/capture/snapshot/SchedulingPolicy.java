package io.tidemark.capture.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How Linux schedules the threads of a scan with a limit (sched(7)). An agent usually runs beside
 * the member that it reads, and a write that finds a scan on its processor waits for it.
 */
public enum SchedulingPolicy {
    /** SCHED_IDLE: gives way to everything else at once, and takes only what nobody wants. */
    IDLE,

    /** SCHED_OTHER, as everything else. */
    NORMAL;

    private static final Logger LOGGER = LoggerFactory.getLogger(SchedulingPolicy.class);

    /** A link to the thread that looks, named by its number. Since Linux 3.17. */
    private static final Path THIS_THREAD = Path.of("/proc/thread-self");

    private static final AtomicBoolean FAILURE_TOLD = new AtomicBoolean();

    /**
     * As it stands in the configuration.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static SchedulingPolicy parse(String text) {
        return switch (text) {
            case "idle" -> IDLE;
            case "normal" -> NORMAL;
            default ->
                    throw new IllegalArgumentException(
                            "must be idle or normal but is '" + text + "'");
        };
    }

    /**
     * The calling thread's from now on. Where that can't be had it stays as it is, with a warning.
     */
    void take() {
        if (this == NORMAL) {
            return;
        }
        try {
            String thread = THIS_THREAD.toRealPath().getFileName().toString();
            Process change =
                    new ProcessBuilder("chrt", "--idle", "--pid", "0", thread)
                            .redirectErrorStream(true)
                            .start();
            String said = new String(change.getInputStream().readAllBytes(), UTF_8).strip();
            if (change.waitFor() != 0) {
                warn(said);
            }
        } catch (IOException e) {
            warn(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warn(String why) {
        if (!FAILURE_TOLD.getAndSet(true)) {
            LOGGER.atWarn()
                    .addKeyValue("reason", why)
                    .log(
                            "Scans with a limit don't give way to the source's own work: that needs"
                                    + " Linux and chrt (util-linux). snapshot.scheduling=normal"
                                    + " takes this warning away");
        }
    }
}
