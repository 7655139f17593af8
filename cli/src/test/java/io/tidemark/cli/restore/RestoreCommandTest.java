package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.nio.file.Path;
import java.time.Duration;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real cluster's backup, all the way through the command, into simulated servers. */
class RestoreCommandTest {
    private static final List<String> SETS = List.of("rs1", "rs2", "cfg");

    @TempDir private Path folder;
    private RealBackup backup;
    private final Map<String, SimulatedReplicaSet> targets = new TreeMap<>();

    @BeforeEach
    void importTheBackup() {
        backup = RealBackup.in(folder);
        for (String set : SETS) {
            CommandRun run = backup.imports(set, backup.oplogs(set));
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
            targets.put(set, SimulatedReplicaSet.builder("new-" + set).start());
        }
    }

    @AfterEach
    void stopTargets() {
        targets.values().forEach(SimulatedReplicaSet::close);
    }

    @ParameterizedTest
    @CsvSource({
        "1644243375:4, '0 1 2 3 4 5 24 25 34 35', '195 196 295 296'",
        "1644243375:5, '0 1 2 3 4 5 24 25', '195 196'",
        "1644243375:7, '0 1 2 3 4 5 24 25', '195 196'",
        "1644243413:1, '0 1 2 3 4 5 24 25', '195 196'"
    })
    void aTransactionIsWholeOrAbsentWhereverItsShardsWroteItsCommit(
            String to, String onRs1, String onRs2) {
        CommandRun run = restore(to);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(indexes("rs1")).isEqualTo(onRs1);
        assertThat(indexes("rs2")).isEqualTo(onRs2);
        requireContract(run.json(), to);
    }

    private static void requireContract(JsonNode json, String to) {
        assertThat(json.get("restoredTo").asText()).isEqualTo(to);
        assertThat(json.get("policy").asText()).isEqualTo("exact");
        assertThat(json.get("verified").asBoolean()).isTrue();
        assertThat(json.get("orphansRemoved").isNumber()).isTrue();
        assertThat(json.get("seconds").isNumber()).isTrue();
        assertThat(json.get("transactions").isArray()).isTrue();
        JsonNode rs1 = json.at("/replicaSets/rs1");
        assertThat(rs1.get("entriesRead").asLong()).isPositive();
        assertThat(rs1.get("entriesApplied").asLong()).isPositive();
        JsonNode collection = rs1.get("collections").get("trx.test");
        assertThat(collection.get("documents").asLong()).isPositive();
        assertThat(collection.get("hash").asText()).isNotEmpty();
    }

    @Test
    void shardsGetTheIdsThatAreAskedFor() {
        CommandRun run = restoreWith("1644243375:4", "--map=rs1=us", "--map=rsx=eu");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        try (MongoClient client = MongoClients.create(targets.get("cfg").uri())) {
            assertThat(client.getDatabase("config").getCollection("chunks").find())
                    .extracting(chunk -> chunk.getString("shard"))
                    .containsOnly("us", "eu");
        }
        CommandRun unknown = restoreWith("1644243375:4", "--map=rs9=us");
        assertThat(unknown.exitCode()).as(unknown.err()).isEqualTo(ExitCode.TARGET_REFUSED);
    }

    @Test
    void allShardsGoIntoOneTargetAndOneCollectionBesideIt() {
        String all = "0 1 2 3 4 5 24 25 34 35 195 196 295 296";
        CommandRun whole = merged();
        assertThat(whole.exitCode()).as(whole.err()).isEqualTo(ExitCode.DONE);
        assertThat(indexes("rs1", "test")).isEqualTo(all);
        assertThat(whole.json().at("/replicaSets/merged/collections").has("trx.test")).isTrue();

        CommandRun again = merged("--ns=trx.test");
        assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.TARGET_REFUSED);
        CommandRun beside = merged("--ns=trx.test", "--as=trx.copy");
        assertThat(beside.exitCode()).as(beside.err()).isEqualTo(ExitCode.DONE);
        assertThat(indexes("rs1", "copy")).isEqualTo(all);

        CommandRun instead = merged("--ns=trx.test", "--replace=trx.test", "--keep-previous");
        assertThat(instead.exitCode()).as(instead.err()).isEqualTo(ExitCode.DONE);
        assertThat(instead.json().at("/rollback/0").asText()).contains("renameCollection");
        assertThat(instead.err()).contains("The way back, in mongosh");
        assertThat(merged("--ns=trx.none").exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
    }

    @Test
    void aPlanSaysWhatIsInTheWayAndWritesNothing() {
        try (MongoClient client = MongoClients.create(targets.get("rs1").uri())) {
            client.getDatabase("trx").getCollection("test").insertOne(new Document("idx", 7));
        }
        List<String> words = words("1644243375:4");
        words.set(0, "plan");

        CommandRun refused = CommandRun.of(words.toArray(String[]::new));
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.TARGET_REFUSED);
        assertThat(refused.json().get("targets")).hasSize(3);
        assertThat(refused.json().findValues("reasons").toString()).contains("it holds data");
        assertThat(refused.err()).contains("trx.test is in the way").contains("REFUSED");

        words.add("--replace=trx");
        CommandRun keeping =
                CommandRun.of(
                        Stream.concat(words.stream(), Stream.of("--keep-previous"))
                                .toArray(String[]::new));
        assertThat(keeping.exitCode()).as(keeping.err()).isEqualTo(ExitCode.DONE);
        assertThat(keeping.err()).contains("trx.test would be copied aside, 31 bytes");
        assertThat(keeping.json().findValues("keeping").toString())
                .contains("\"trx.test\":{\"how\":\"copy\",\"bytes\":31}");
        CommandRun fine = CommandRun.of(words.toArray(String[]::new));
        assertThat(fine.exitCode()).as(fine.err()).isEqualTo(ExitCode.DONE);
        assertThat(fine.json().findValues("replaced").toString()).contains("trx.test");
        assertThat(indexes("rs1")).isEqualTo("7");

        CommandRun restored = restoreWith("1644243375:4", "--replace=trx");
        assertThat(restored.exitCode()).as(restored.err()).isEqualTo(ExitCode.DONE);
        assertThat(indexes("rs1")).isEqualTo("0 1 2 3 4 5 24 25 34 35");
    }

    @Test
    void optionsThatDontGoTogetherAreAMistakeOfTheCommandLine() {
        for (String options :
                List.of(
                        "--ns=trx.test",
                        "--keep-previous",
                        "--target=merged=mongodb://h/ --ns=trx",
                        "--target=merged=mongodb://h/ --ns=config.chunks",
                        "--target=merged=mongodb://h/ --ns=a.b --ns=c.d --as=a.b")) {
            CommandRun run = restoreWith("1644243375:4", options.split(" "));
            assertThat(run.exitCode()).as(options + run.err()).isEqualTo(ExitCode.USAGE);
        }
    }

    private CommandRun merged(String... options) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "restore",
                                "--json",
                                "--cluster=pbm",
                                "--bucket=" + backup.bucket(),
                                "--to=1644243375:4",
                                "--target=merged=" + targets.get("rs1").uri()));
        words.addAll(List.of(options));
        return CommandRun.of(words.toArray(String[]::new));
    }

    @Test
    void aTargetThatHoldsDataIsRefused() {
        try (MongoClient client = MongoClients.create(targets.get("rs2").uri())) {
            client.getDatabase("shop").getCollection("orders").insertOne(new Document("a", 1));
        }

        CommandRun run = restore("1644243375:4");

        assertThat(run.exitCode()).isEqualTo(ExitCode.TARGET_REFUSED);
        assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(4);
        assertThat(run.err()).contains("shop.orders").doesNotContain("\tat ");
        assertThat(indexes("rs1")).isEmpty();
    }

    @Test
    void withoutTargetsNothingIsRead() {
        CommandRun run =
                CommandRun.of(
                        "restore",
                        "--cluster=pbm",
                        "--bucket=" + backup.bucket(),
                        "--to=1644243375:4");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--target");
    }

    @Test
    void anUnreachableTargetIsNoBugAndIsWaitedForAsLongAsItsConnectionStringSays() {
        targets.get("rs1").close();
        long began = System.nanoTime();

        CommandRun run = restore("1644243375:4", "&serverSelectionTimeoutMS=1500");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("15 s is what holds without it")
                .isLessThan(Duration.ofSeconds(14));
    }

    private CommandRun restoreWith(String to, String... options) {
        List<String> words = words(to);
        words.addAll(List.of(options));
        return CommandRun.of(words.toArray(String[]::new));
    }

    private CommandRun restore(String to, String... uriOptions) {
        return CommandRun.of(words(to, uriOptions).toArray(String[]::new));
    }

    private List<String> words(String to, String... uriOptions) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "restore",
                                "--json",
                                "--cluster=pbm",
                                "--bucket=" + backup.bucket(),
                                "--to=" + to));
        targets.forEach(
                (set, target) -> {
                    // The config servers go by their role's name too.
                    String name = set.equals("cfg") ? "config" : set;
                    words.add("--target");
                    words.add(name + "=" + target.uri() + String.join("", uriOptions));
                });
        return words;
    }

    private String indexes(String set) {
        return indexes(set, "test");
    }

    private String indexes(String set, String collection) {
        try (MongoClient client = MongoClients.create(targets.get(set).uri())) {
            List<Integer> found = new ArrayList<>();
            client.getDatabase("trx")
                    .getCollection(collection)
                    .find()
                    .forEach(d -> found.add(((Number) d.get("idx")).intValue()));
            return String.join(
                    " ", found.stream().sorted().map(String::valueOf).toArray(String[]::new));
        }
    }
}
