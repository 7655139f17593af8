package io.tidemark.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.EmptyTargets;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.timeline.ImportedCluster;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.io.IOException;
import java.nio.file.Path;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillCommandTest {
    @TempDir private Path folder;
    private ImportedCluster archive;
    private final EmptyTargets targets = new EmptyTargets();

    @BeforeEach
    void aClusterThatIsArchived() throws IOException {
        archive = new ImportedCluster(folder, 3);
        archive.orders(0, 150);
        archive.pause(60);
        archive.imports();
        done(archive.verb("windows", "--rebuild"));
    }

    @AfterEach
    void close() {
        targets.close();
        archive.close();
    }

    @Test
    void theLatestSafeTimeIsProvenStoredAndShown() {
        assertThat(done(archive.verb("status")).json().get("lastDrill").isNull()).isTrue();
        String latest = done(archive.verb("windows")).json().get("watermark").asText();
        JsonNode before = done(archive.verb("plan", "--to", latest)).json();
        assertThat(before.at("/estimate/by").asText()).isEqualTo("defaults");

        JsonNode drill = done(archive.verb("drill")).json();

        assertThat(drill.get("verified").asBoolean()).isTrue();
        assertThat(drill.get("restoredTo").asText()).isEqualTo(latest);
        assertThat(drill.get("target").asText()).isEqualTo("embedded");
        assertThat(drill.get("documents").asLong()).isGreaterThanOrEqualTo(150);
        assertThat(drill.get("entries")).isEqualTo(before.get("entries"));
        assertThat(drill.get("seconds").asDouble()).isPositive();
        assertThat(drill.get("phases").has("replay")).isTrue();
        JsonNode status = done(archive.verb("status")).json();
        assertThat(status.get("lastDrill")).isEqualTo(drill);
        assertThat(status.get("drillWarning").isNull()).isTrue();
        JsonNode plan = done(archive.verb("plan", "--to", latest)).json();
        assertThat(plan.at("/estimate/by").asText()).isEqualTo("drill");
        assertThat(plan.at("/estimate/drill")).isEqualTo(drill.get("key"));
        assertThat(plan.at("/estimate/seconds").asDouble()).isPositive();
    }

    @Test
    void anOldProofIsWarnedOf() {
        done(archive.verb("drill"));

        JsonNode status = done(archive.verb("status", "--drill-days=-1")).json();

        assertThat(status.get("drillWarning").asText()).contains("run drill");
    }

    @Test
    void ofGivenTargetsItCleansWhatItWrote() {
        startTargets();

        JsonNode drill = done(archive.verb(words("drill", "--clean"))).json();

        assertThat(drill.get("target").asText()).isEqualTo("given");
        targets.all()
                .forEach(
                        (name, set) -> {
                            try (MongoClient client = MongoClients.create(set.uri())) {
                                assertThat(client.listDatabaseNames())
                                        .doesNotContain("shop", "other", "tidemark_restore");
                            }
                        });
        CommandRun keeping = archive.verb(words("drill", "--replace=shop", "--keep-previous"));
        assertThat(keeping.exitCode()).as(keeping.err()).isEqualTo(ExitCode.USAGE);
        // Empty as they are, they take another one.
        assertThat(done(archive.verb(words("drill", "--clean"))).json().get("verified").asBoolean())
                .isTrue();
    }

    @Test
    void aTargetThatDoesNotHoldWhatItShouldIsADifference() {
        startTargets();
        SimulatedReplicaSet target = targets.all().get("rs0");
        target.onCommand("createIndexes", command -> insertingAnOrder(target));

        CommandRun run = archive.verb(words("drill"));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(run.json().get("verified").asBoolean()).isFalse();
        assertThat(run.json().at("/problems/0").asText()).contains("shop.orders");
        JsonNode status = done(archive.verb("status")).json();
        assertThat(status.get("drillWarning").asText()).contains("found differences");
    }

    /** Somebody who writes where a restore is under way. */
    private static BsonDocument insertingAnOrder(SimulatedReplicaSet target) {
        try (MongoClient client = MongoClients.create(target.uri())) {
            client.getDatabase("shop")
                    .getCollection("orders")
                    .insertOne(new Document("by", "an intruder"));
        }
        return new BsonDocument();
    }

    private void startTargets() {
        targets.start(archive.cluster.replicaSets().keySet());
    }

    private String[] words(String... first) {
        return targets.words(first).toArray(String[]::new);
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }
}
