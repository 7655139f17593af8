package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.streams.http.TimelineServer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs say the same of one timeline, whether the bucket or the HTTP API is asked. */
class BucketAndApiTest {
    @TempDir private Path folder;
    private ImportedCluster archive;
    private TimelineServer server;

    @BeforeEach
    void aClusterThatLostItsOrders() throws IOException {
        archive = new ImportedCluster(folder, 3);
        archive.orders(0, 20);
        archive.pause(60);
        archive.carryOut(archive.cluster.dropCollection("shop.orders"));
        archive.pause(60);
        archive.imports();
        server = archive.serve();
    }

    @AfterEach
    void close() {
        server.close();
        archive.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "windows",
                "windows --policy strict",
                "windows --from 2026-09-21T14:00:00Z",
                "explain --at 1790000060:1",
                "explain --at 2026-09-21T14:14:30Z --policy strict"
            })
    void theAnswerIsTheSame(String words) {
        JsonNode bucket = answer(archive.verb(words.split(" ")));
        JsonNode api = answer(CommandRun.of((words + " --json --api " + server.uri()).split(" ")));

        assertThat(api).isEqualTo(bucket);
        assertThat(bucket.size()).isGreaterThan(2);
    }

    @Test
    void anUnknownKindIsRefusedByBoth() {
        CommandRun bucket = archive.verb("find", "--kind", "truncate");
        CommandRun api =
                CommandRun.of("find", "--kind", "truncate", "--api", server.uri().toString());

        assertThat(bucket.exitCode()).as(bucket.err()).isEqualTo(ExitCode.USAGE);
        assertThat(api.exitCode()).as(api.err()).isEqualTo(ExitCode.USAGE);
        assertThat(bucket.json().toString()).contains("'truncate'").contains("dropCollection");
        assertThat(api.err())
                .contains("'truncate'")
                .contains("dropCollection")
                .doesNotContain("{\"error\"");
    }

    /** Without the word that says who was asked. */
    private static JsonNode answer(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isIn(ExitCode.DONE, ExitCode.NOT_RESTORABLE);
        ObjectNode json = run.json().deepCopy();
        json.remove("timeline");
        return json;
    }
}
