package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ClusterTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A timeline that lies in the bucket: used where it helps, never trusted against the slices. */
class StoredTimelineTest {
    @TempDir private Path folder;
    private ImportedCluster archive;

    @BeforeEach
    void aClusterThatLostItsOrders() {
        archive = new ImportedCluster(folder, 1);
        archive.orders(0, 120);
        archive.pause(60);
        archive.carryOut(archive.cluster.dropCollection("shop.orders"));
        archive.pause(60);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void rebuildStoresWhatTheArchiveTells() throws IOException {
        archive.imports();
        JsonNode rebuilt = done(archive.verb("windows", "--rebuild")).json();

        for (List<String> question :
                List.of(
                        List.of("windows"),
                        List.of("windows", "--policy", "strict"),
                        List.of("find"),
                        List.of("explain", "--at", rebuilt.at("/windows/0/to").asText()))) {
            JsonNode stored = done(archive.verb(question.toArray(String[]::new))).json();
            assertThat(stored.get("timeline").asText()).isEqualTo("stored");
            ((ObjectNode) stored).put("timeline", "archive");
            if (question.equals(List.of("windows"))) {
                assertThat(stored).isEqualTo(rebuilt);
            }
        }
        JsonNode plan = done(archive.verb("plan", "--before-drop", "shop.orders")).json();
        assertThat(plan.get("timeline").asText()).isEqualTo("stored");
        JsonNode status = done(archive.verb("status")).json();
        assertThat(status.get("timeline").asText()).isEqualTo("stored");
        assertThat(status.get("restorableUntil")).isEqualTo(rebuilt.get("watermark"));
    }

    @Test
    void aTimeBeyondWhatItKnowsIsRefusedUntilItIsRebuilt() throws IOException {
        archive.imports();
        done(archive.verb("windows", "--rebuild"));
        archive.run("shop", "{insert: 'later', documents: [{_id: 1}]}");
        ClusterTime later = ClusterTime.of(archive.cluster.clusterTime());
        archive.pause(10);
        archive.imports();

        CommandRun refused = archive.verb("plan", "--to", later.toString());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(refused.err())
                .contains("timeline stored in the bucket knows the cluster up to")
                .contains("windows --rebuild");
        CommandRun explained = archive.words("explain", "--at", later.toString());
        assertThat(explained.out()).contains("windows --rebuild");

        done(archive.verb("windows", "--rebuild"));
        JsonNode plan = done(archive.verb("plan", "--to", later.toString())).json();
        assertThat(plan.get("timeline").asText()).isEqualTo("stored");
    }

    @Test
    void aTimelineThatPromisesWhatTheSlicesDoNotHoldIsNotFollowed() throws IOException {
        archive.imports();
        String to = done(archive.verb("windows", "--rebuild")).json().get("watermark").asText();
        done(archive.verb("plan", "--to", to));
        Files.delete(anObject("rs1", ".slice"));

        CommandRun plan = archive.verb("plan", "--to", to);

        assertThat(plan.exitCode()).isIn(ExitCode.NOT_RESTORABLE, ExitCode.ARCHIVE_DAMAGED);
        CommandRun rebuild = archive.verb("windows", "--rebuild");
        assertThat(rebuild.err()).contains("Nothing was stored");
        assertThat(ClusterTime.parse(rebuild.json().get("watermark").asText()).orElseThrow())
                .isLessThan(ClusterTime.parse(to).orElseThrow());
    }

    @Test
    void oneThatDoesNotKnowAnArchivedShardIsNotUsed() throws IOException {
        SimulatedReplicaSet first = archive.cluster.replicaSets().get("rs0");
        archive.imports(first, first.oplog());
        done(archive.verb("windows", "--rebuild"));
        assertThat(done(archive.verb("windows")).json().get("timeline").asText())
                .isEqualTo("stored");

        archive.imports();

        JsonNode whole = done(archive.verb("windows")).json();
        assertThat(whole.get("timeline").asText()).isEqualTo("archive");
        JsonNode plan = done(archive.verb("plan", "--before-drop", "shop.orders")).json();
        assertThat(plan.get("replicaSets")).hasSize(3);
        done(archive.verb("windows", "--rebuild"));
        assertThat(done(archive.verb("windows")).json().get("timeline").asText())
                .isEqualTo("stored");
    }

    @Test
    void aDamagedOneIsPassedOver() throws IOException {
        archive.imports();
        JsonNode rebuilt = done(archive.verb("windows", "--rebuild")).json();
        Path windows = anObject("timeline", ".windows");
        byte[] bytes = Files.readAllBytes(windows);
        bytes[bytes.length / 2] ^= 1;
        windows.toFile().setWritable(true);
        Files.write(windows, bytes);

        JsonNode now = done(archive.verb("windows")).json();

        assertThat(now).isEqualTo(rebuilt);
        done(archive.verb("windows", "--rebuild"));
        assertThat(done(archive.verb("windows")).json().get("timeline").asText())
                .isEqualTo("stored");
    }

    private Path anObject(String part, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("bucket"))) {
            return files.filter(f -> f.toString().contains("/" + part + "/"))
                    .filter(f -> f.toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }
}
