package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over servers that hold a real cluster's state of an earlier moment. */
class ExternalBaseCommandTest {
    private static final String BEFORE = "1644243375:4";
    private static final String AFTER = "1644243375:5";

    @TempDir private Path folder;
    private RealBackup backup;
    private final Map<String, SimulatedReplicaSet> targets = new TreeMap<>();

    @BeforeEach
    void targetsHoldTheStateBeforeATransaction() {
        backup = RealBackup.in(folder);
        for (String set : List.of("rs1", "rs2", "cfg")) {
            CommandRun run = backup.imports(set, backup.oplogs(set), "--no-timeline");
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
            targets.put(set, SimulatedReplicaSet.builder("new-" + set).start());
        }
        CommandRun first = run("restore", BEFORE);
        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.DONE);
        // On a volume or in a dump they name the source's hosts.
        try (MongoClient client = MongoClients.create(targets.get("cfg").uri())) {
            MongoCollection<Document> shards = client.getDatabase("config").getCollection("shards");
            shards.deleteMany(new Document());
            shards.insertMany(
                    List.of(
                            Document.parse("{_id: 'rs1', host: 'rs1/rs101:27017', state: 1}"),
                            Document.parse("{_id: 'rsx', host: 'rs2/rs201:27017', state: 1}")));
        }
    }

    @AfterEach
    void stopTargets() {
        targets.values().forEach(SimulatedReplicaSet::close);
    }

    @Test
    void theOplogIsReplayedOverWhatTheTargetsHold() {
        assertThat(count("rs1") + count("rs2")).isEqualTo(14);

        JsonNode plan = run("plan", AFTER, "--base=external", "--base-time=" + BEFORE).json();

        assertThat(plan.at("/replicaSets/rs1/base").asText()).isEqualTo("external");
        assertThat(plan.at("/replicaSets/rs1/baseTime").asText()).isEqualTo(BEFORE);
        CommandRun restored =
                run(
                        "restore",
                        AFTER,
                        "--base=external",
                        "--base-time=" + BEFORE,
                        "--base-time=config=" + BEFORE);
        assertThat(restored.exitCode()).as(restored.err()).isEqualTo(ExitCode.DONE);
        assertThat(restored.json().get("verified").asBoolean()).isTrue();
        assertThat(restored.err())
                .contains("what its target holds, of " + BEFORE)
                .contains("which were taken for its state at " + BEFORE);
        assertThat(count("rs1") + count("rs2")).isEqualTo(10);
    }

    @Test
    void whatCantBeKnownIsRefused() {
        CommandRun untold = run("restore", AFTER, "--base=external");
        assertThat(untold.exitCode()).as(untold.err()).isEqualTo(ExitCode.TARGET_REFUSED);
        assertThat(untold.err()).contains("can't be known").contains("--base-time");

        CommandRun early = run("restore", AFTER, "--base=external", "--base-time=1600000000:1");
        assertThat(early.exitCode()).as(early.err()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(early.err()).contains("it begins with");
        assertThat(count("rs1") + count("rs2")).isEqualTo(14);

        assertThat(run("plan", AFTER, "--base=newest").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("plan", AFTER, "--base-time=1:1").err())
                .contains("belong to --base external");
    }

    private CommandRun run(String verb, String to, String... further) {
        Stream<String> words =
                Stream.of(
                        verb,
                        "--json",
                        "--cluster=pbm",
                        "--bucket=" + backup.bucket(),
                        "--to=" + to);
        Stream<String> places =
                targets.entrySet().stream()
                        .map(each -> "--target=" + each.getKey() + "=" + each.getValue().uri());
        return CommandRun.of(
                Stream.of(words, places, Stream.of(further))
                        .flatMap(s -> s)
                        .toArray(String[]::new));
    }

    private int count(String set) {
        try (MongoClient client = MongoClients.create(targets.get(set).uri())) {
            return client.getDatabase("trx")
                    .getCollection("test")
                    .find()
                    .into(new ArrayList<>())
                    .size();
        }
    }
}
