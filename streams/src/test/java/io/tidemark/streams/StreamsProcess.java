package io.tidemark.streams;

import io.tidemark.embedded.process.JvmCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An instance in a process of its own, as an operator runs it. */
final class StreamsProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    /** Where this process's own lines begin: a folder's earlier processes wrote the ones before. */
    private final int logStart;

    private StreamsProcess(Process process, Path log, int logStart) {
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    static StreamsProcess start(Map<String, String> settings, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("streams.properties");
        Map<String, String> all = new TreeMap<>(settings);
        all.put("state.dir", folder.resolve("state").toString());
        Files.write(
                file, all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
        List<String> command =
                JvmCommand.of(StreamsMain.class, List.of("-Xmx256m"), List.of(file.toString()));
        Path log = folder.resolve("log.txt");
        int logStart = Files.exists(log) ? Files.readString(log).length() : 0;
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new StreamsProcess(process, log, logStart);
    }

    /** SIGKILL: nothing in the process learns of it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, and the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Before that a SIGTERM ends the JVM at once, as there is nothing to stop in order. */
    boolean hasStarted() throws IOException {
        return log().contains("Timeline starts");
    }

    String log() throws IOException {
        return Files.readString(log).substring(logStart);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
