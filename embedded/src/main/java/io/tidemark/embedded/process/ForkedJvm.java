package io.tidemark.embedded.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process of its own, to be killed, paused, or kept in a small heap. */
public final class ForkedJvm implements AutoCloseable {
    private static final int LAST_WORDS = 30;
    private final Process process;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Path log;

    private ForkedJvm(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * @param readyMark words in a line of the output that tell that the process has begun its work
     */
    public static ForkedJvm start(
            Class<?> main,
            List<String> options,
            List<String> arguments,
            Map<String, String> environment,
            String readyMark,
            Path log) {
        ProcessBuilder builder =
                new ProcessBuilder(JvmCommand.of(main, options, arguments))
                        .redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            ForkedJvm forked = new ForkedJvm(builder.start(), log);
            Thread reader = new Thread(() -> forked.read(readyMark), "forked-output");
            reader.setDaemon(true);
            reader.start();
            return forked;
        } catch (IOException e) {
            throw new UncheckedIOException("Can't start " + main.getName(), e);
        }
    }

    private void read(String mark) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                Files.writeString(
                        log,
                        line + "\n",
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.APPEND);
                if (line.contains(mark)) {
                    ready.countDown();
                }
            }
        } catch (IOException e) {
            // The process was killed while it wrote.
            ready.countDown();
        }
    }

    public void awaitReady(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!ready.await(100, TimeUnit.MILLISECONDS)) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "the process did not begin within "
                                + atMost
                                + "; its last words:\n"
                                + tail());
            }
        }
    }

    /** Fails with the last lines of its output if the process has ended. */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new AssertionError(
                    "the process has ended with "
                            + process.exitValue()
                            + "; its last words:\n"
                            + tail());
        }
    }

    /** The last lines that it wrote. */
    public String tail() {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read what the process said in " + log, e);
        }
    }

    /** SIGKILL: nothing in the process learns of it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGSTOP: it stands still with its connections open. */
    public void pause() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM, and the exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
        return process.exitValue();
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't send SIG" + name + " to " + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
