package io.tidemark.streams;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An instance in a process of its own, as an operator runs it. */
final class StreamsProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    private StreamsProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static StreamsProcess start(Map<String, String> settings, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("streams.properties");
        Map<String, String> all = new TreeMap<>(settings);
        all.put("state.dir", folder.resolve("state").toString());
        Files.write(
                file, all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.net.preferIPv4Stack=true",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        StreamsMain.class.getName(),
                        file.toString()));
        Path log = folder.resolve("log.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new StreamsProcess(process, log);
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

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
