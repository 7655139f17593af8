package io.tidemark.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.embedded.s3.EmbeddedS3;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A scan that can be held, in a process of its own, as an agent is one: what it leaves behind for
 * the collector is no matter of the source's.
 */
final class ScanProcess implements AutoCloseable {
    private static final String GO_ON = "go on";
    private static final String HOLD = "hold";
    private static final long END_SECONDS = 30;

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private long bytes;

    private ScanProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(UTF_8);
        this.orders = new PrintWriter(process.outputWriter(UTF_8), true);
    }

    /**
     * Held at first.
     *
     * @param bucket as {@code --bucket} takes it
     */
    static ScanProcess start(SourceData source, String bucket, long bytesPerSecond)
            throws IOException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Daws.accessKeyId=" + EmbeddedS3.ACCESS_KEY,
                        "-Daws.secretAccessKey=" + EmbeddedS3.SECRET_KEY,
                        ScanProcess.class.getName(),
                        source.uri(),
                        source.member(),
                        bucket,
                        Long.toString(bytesPerSecond));
        return new ScanProcess(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** Lets it go on, or holds it; what was asked for before still comes. */
    void goOn(boolean on) throws IOException {
        bytes = ask(on ? GO_ON : HOLD);
    }

    /** Raw BSON that was read until the last order. */
    long bytes() {
        return bytes;
    }

    private long ask(String order) throws IOException {
        orders.println(order);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the process that scans has ended; its reason stands above");
        }
        return Long.parseLong(answer);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        orders.close();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        answers.close();
    }

    /**
     * Takes an order from each line, and answers with the bytes read so far. Ends with its input.
     *
     * @param args connection string, member, bucket, bytes per second
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (ObjectStore store = BucketUri.parse(args[2]).open();
                HeldScan scan = new HeldScan(args[0], args[1], store, Long.parseLong(args[3]))) {
            scan.start();
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                scan.goOn(order.equals(GO_ON));
                System.out.println(scan.bytes());
            }
        }
    }
}
