package io.tidemark.sink;

import io.tidemark.embedded.process.JvmCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A worker in a JVM of its own, which can be killed like one. */
final class SinkProcess implements AutoCloseable {
    private static final long STALL_SECONDS = 300;
    private final Process process;
    private final Path log;

    private SinkProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static SinkProcess start(Path folder, Map<String, String> settings, String... jvmOptions)
            throws IOException {
        Path file = Files.createTempFile(folder, "sink", ".properties");
        Properties properties = new Properties();
        settings.forEach(properties::setProperty);
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        Path log = folder.resolve(file.getFileName() + ".log");
        List<String> options = new ArrayList<>(List.of("-XX:+ExitOnOutOfMemoryError"));
        options.addAll(List.of(jvmOptions));
        ProcessBuilder builder =
                new ProcessBuilder(
                        JvmCommand.of(SinkMain.class, options, List.of(file.toString())));
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return new SinkProcess(builder.start(), log);
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STALL_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the sink does not stop: " + log());
        }
        return process.exitValue();
    }

    /**
     * Waits for {@code done} as long as {@code progress} moves: a stalled process fails the test, a
     * slow one doesn't.
     */
    void awaitWhileItGoesOn(
            Supplier<Integer> progress, BooleanSupplier done, Supplier<String> awaited)
            throws InterruptedException {
        long started = System.nanoTime();
        long moved = started;
        int reached = progress.get();
        while (!done.getAsBoolean()) {
            int now = progress.get();
            if (now != reached) {
                reached = now;
                moved = System.nanoTime();
            }
            long stalledSeconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - moved);
            if (!isAlive() || stalledSeconds >= STALL_SECONDS) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
                throw new AssertionError(
                        "The sink %s after %d s, of which %d s without progress (%d). Awaited: %s%nIts log:%n%s"
                                .formatted(
                                        isAlive() ? "is alive" : "ended",
                                        seconds,
                                        stalledSeconds,
                                        reached,
                                        awaited.get(),
                                        log()));
            }
            Thread.sleep(200);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
