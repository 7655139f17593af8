package io.tidemark.restore.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which runs live in this process, and whether another process of this machine is gone for certain:
 * then nobody has to wait for its signs of life to stay away.
 */
public final class ThisProcess {
    private static final String SEPARATOR = " ";
    private static final Set<UUID> RUNS = ConcurrentHashMap.newKeySet();
    private static final String MACHINE = machine();

    private ThisProcess() {}

    /** Whether a run lives. */
    public enum Sight {
        ALIVE,
        GONE,
        /** It is elsewhere: only its signs of life tell. */
        UNSEEN
    }

    /** Machine, process id and start: no other process has the same. */
    static String identity() {
        ProcessHandle own = ProcessHandle.current();
        return MACHINE + SEPARATOR + own.pid() + SEPARATOR + start(own);
    }

    static String words() {
        return "process " + ProcessHandle.current().pid() + " on " + host();
    }

    static void begins(UUID run) {
        RUNS.add(run);
    }

    static void ends(UUID run) {
        RUNS.remove(run);
    }

    /** What can be known of a run from here. */
    public static Sight of(RunHolder holder) {
        if (holder.process().equals(identity())) {
            return RUNS.contains(holder.run()) ? Sight.ALIVE : Sight.GONE;
        }
        String[] parts = holder.process().split(SEPARATOR);
        if (MACHINE.isEmpty() || parts.length != 3 || !parts[0].equals(MACHINE)) {
            return Sight.UNSEEN;
        }
        return ProcessHandle.of(Long.parseLong(parts[1]))
                        .filter(ProcessHandle::isAlive)
                        .filter(process -> start(process).equals(parts[2]))
                        .isPresent()
                ? Sight.ALIVE
                : Sight.GONE;
    }

    private static String start(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    /**
     * Of Linux: its boot, and the namespace in which process ids count (another container's ids
     * mean other processes). Empty elsewhere: then nobody is known to be gone.
     */
    private static String machine() {
        Optional<String> boot = text(Path.of("/proc/sys/kernel/random/boot_id"));
        try {
            String pids = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return boot.map(id -> id + "/" + pids).orElse("");
        } catch (IOException | UnsupportedOperationException unknown) {
            return "";
        }
    }

    private static String host() {
        return text(Path.of("/etc/hostname"))
                .or(() -> Optional.ofNullable(System.getenv("HOSTNAME")))
                .orElse("an unnamed host");
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip()).filter(t -> !t.isEmpty());
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
