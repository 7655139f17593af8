package io.tidemark.cli.standby;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.EmptyTargets;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.TidemarkMain;
import io.tidemark.cli.timeline.ImportedCluster;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes follow a simulated cluster's archive; one is stopped, one is killed. */
class StandbyCommandTest {
    @TempDir private Path folder;
    private ImportedCluster archive;
    private final EmptyTargets targets = new EmptyTargets();

    @BeforeEach
    void aClusterThatIsArchived() throws IOException {
        archive = new ImportedCluster(folder, 5);
        archive.orders(0, 120);
        grow();
        targets.start(archive.cluster.replicaSets().keySet());
    }

    @AfterEach
    void close() {
        targets.close();
        archive.close();
    }

    @Test
    void itIsStoppedAndKilledAndGoesOnAndIsPromoted() throws Exception {
        Process first = start();
        String followed = awaitLine(first, "\"event\":\"standby\"");
        assertThat(followed).contains("\"lagSeconds\":").contains("appliedUntil");
        first.destroy();
        assertThat(first.waitFor(4, TimeUnit.MINUTES)).isTrue();
        assertThat(first.exitValue()).isZero();

        CommandRun other = archive.verb(words("restore", "--to", watermark()));
        assertThat(other.exitCode()).as(other.err()).isEqualTo(ExitCode.TARGET_REFUSED);
        assertThat(other.err()).contains("a standby");

        archive.orders(120, 80);
        grow();
        Process second = start();
        String reached = watermark();
        String line = awaitLine(second, "\"promotableFrom\":\"" + reached + "\"");
        assertThat(line).contains("\"newest\":");
        CommandRun held = promote(reached);
        assertThat(held.exitCode()).as(held.err()).isEqualTo(ExitCode.LOCKED);
        second.destroyForcibly().waitFor();

        archive.orders(200, 50);
        grow();
        CommandRun early = promote("1700000000:1");
        assertThat(early.exitCode()).as(early.err()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(early.err()).contains("can't be taken back");
        JsonNode report = done(promote(watermark())).json();
        assertThat(report.get("verified").asBoolean()).isTrue();
        assertThat(orders()).isEqualTo(250);
    }

    private void grow() throws IOException {
        archive.pause(60);
        archive.imports();
        done(archive.verb("windows", "--rebuild"));
    }

    private String watermark() {
        return done(archive.verb("windows")).json().get("watermark").asText();
    }

    private long orders() {
        long count = 0;
        for (SimulatedReplicaSet set : targets.all().values()) {
            try (MongoClient client = MongoClients.create(set.uri())) {
                count += client.getDatabase("shop").getCollection("orders").countDocuments();
            }
        }
        return count;
    }

    private CommandRun promote(String time) {
        return archive.verb(words("promote", "--at", time));
    }

    private Process start() throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                TidemarkMain.class.getName()));
        command.addAll(List.of(words("standby", "--progress", "json")));
        command.addAll(List.of("--cluster=sim", "--bucket=" + archive.bucket(), "--json"));
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** The process ends the wait if it ends, and is ended if it says nothing for too long. */
    private static String awaitLine(Process process, String text) throws IOException {
        CompletableFuture<Void> tooLate =
                CompletableFuture.runAsync(
                        process::destroyForcibly,
                        CompletableFuture.delayedExecutor(6, TimeUnit.MINUTES));
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.contains(text)) {
            all.append(line).append('\n');
            line = lines.readLine();
        }
        tooLate.cancel(true);
        assertThat(line).as("a line with %s in:%n%s", text, all).isNotNull();
        return line;
    }

    private String[] words(String... first) {
        return targets.words(first).toArray(String[]::new);
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }
}
