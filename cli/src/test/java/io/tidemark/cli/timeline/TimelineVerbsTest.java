package io.tidemark.cli.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.streams.http.TimelineServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of windows, explain and find over an archive that has no stored timeline. */
class TimelineVerbsTest {
    @TempDir private Path folder;
    private ImportedCluster archive;

    @BeforeEach
    void aClusterThatLostItsOrdersTwice() throws IOException {
        archive = new ImportedCluster(folder, 1);
        archive.orders(0, 120);
        archive.pause(60);
        archive.carryOut(archive.cluster.dropCollection("shop.orders"));
        archive.pause(60);
        archive.run("admin", "{shardCollection: 'shop.orders', key: {customer: 1}}");
        archive.orders(200, 20);
        archive.pause(60);
        archive.carryOut(archive.cluster.dropCollection("shop.orders"));
        archive.pause(60);
        archive.imports();
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void windowsTellsBothPoliciesAndWhatLiesBetweenTheWindows() {
        JsonNode exact = done(archive.verb("windows")).json();
        JsonNode strict = done(archive.verb("windows", "--policy", "strict")).json();

        assertThat(names(exact))
                .containsExactly(
                        "policy",
                        "watermark",
                        "watermarkUtc",
                        "heldBackBy",
                        "earliest",
                        "earliestUtc",
                        "restorableShare",
                        "windows",
                        "unsafe",
                        "gaps",
                        "next",
                        "timeline");
        assertThat(exact.get("policy").asText()).isEqualTo("exact");
        assertThat(exact.get("timeline").asText()).isEqualTo("archive");
        assertThat(exact.get("unsafe"))
                .extracting(u -> u.get("kind").asText())
                .contains("dropCollection");
        assertThat(exact.get("windows").size()).isGreaterThanOrEqualTo(3);
        assertThat(exact.at("/windows/0/fromUtc").asText()).startsWith("2026-");
        assertThat(strict.get("policy").asText()).isEqualTo("strict");
        assertThat(strict.get("restorableShare").asDouble())
                .isLessThan(exact.get("restorableShare").asDouble());
        String later = exact.at("/windows/2/from").asText();
        JsonNode rest = done(archive.verb("windows", "--from", later)).json();
        assertThat(rest.get("windows").get(0).get("from").asText()).isEqualTo(later);
    }

    @Test
    void forPeopleThereIsABarForEachPolicyAndTheReasonsInWords() {
        CommandRun run = done(archive.words("windows"));

        assertThat(run.out())
                .contains("computed now from the archived oplogs")
                .containsPattern("exact  \\|[#+.]{72}\\| \\d+\\.\\d %  <")
                .containsPattern("strict \\|[#+.]{72}\\| \\d+\\.\\d %\n")
                .contains("dropCollection of shop.orders on ");
    }

    @Test
    void explainNamesReasonEvidenceAndTheNearestTimesToType() {
        JsonNode drop = drops().get(1);
        String at = drop.at("/evidence/1/at").asText();

        CommandRun run = archive.verb("explain", "--at", at);

        assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        JsonNode json = run.json();
        assertThat(names(json))
                .containsExactly(
                        "at",
                        "atUtc",
                        "policy",
                        "safe",
                        "reasons",
                        "before",
                        "beforeUtc",
                        "after",
                        "afterUtc",
                        "timeline");
        assertThat(json.get("safe").asBoolean()).isFalse();
        assertThat(json.at("/reasons/0/event").asText()).isEqualTo(drop.get("id").asText());
        assertThat(json.at("/reasons/0/evidence").size()).isGreaterThan(1);
        assertThat(json.get("before").asText()).isEqualTo(drop.get("before").asText());
        assertThat(json.get("after").asText()).isEqualTo(drop.get("through").asText());
        assertThat(run.err())
                .contains("NOT safe")
                .contains("restore --bucket " + archive.bucket())
                .contains("--to " + drop.get("before").asText());

        CommandRun safe = archive.verb("explain", "--at", drop.get("before").asText());
        assertThat(safe.exitCode()).as(safe.err()).isEqualTo(ExitCode.DONE);
        assertThat(safe.json().get("reasons")).isEmpty();
    }

    @Test
    void whatLiesBehindTheArchiveIsNotSafe() {
        CommandRun run = archive.verb("explain", "--at", "2030-01-01T00:00:00Z");

        assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(run.json().at("/reasons/0/kind").asText()).isEqualTo("notArchived");
        assertThat(run.json().get("after").isNull()).isTrue();
    }

    @Test
    void findGivesForEachDropTheCommandThatUndoesIt() {
        JsonNode drops = drops();

        assertThat(drops).hasSize(2);
        assertThat(drops.get(0).get("restore").asText())
                .contains("--before-event '" + drops.get(0).get("id").asText() + "'");
        assertThat(drops.get(1).get("restore").asText()).contains("--before-drop shop.orders");
        JsonNode moves = done(archive.verb("find", "--kind", "movechunk")).json().get("events");
        assertThat(moves).hasSize(1);
        assertThat(moves.get(0).get("restore").isNull()).isTrue();
        JsonNode near =
                done(archive.verb("find", "--near", drops.get(0).get("from").asText())).json();
        assertThat(near.get("events").size()).isGreaterThan(1);
        assertThat(done(archive.verb("find", "--ns", "nothing")).json().get("events")).isEmpty();
        assertThat(archive.verb("find", "--near", "7:1", "--from", "7:1").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void beforeDropPlansTheTimeBeforeTheLatestDropAndNamesTheOthers() {
        JsonNode drops = drops();

        CommandRun last = done(archive.verb("plan", "--before-drop", "shop.orders"));
        assertThat(last.json().get("restoredTo")).isEqualTo(drops.get(1).get("before"));
        assertThat(last.json().get("timeline").asText()).isEqualTo("archive");
        assertThat(last.err())
                .contains("Other drops of shop.orders")
                .contains(drops.get(0).get("id").asText());

        String first = drops.get(0).get("id").asText();
        CommandRun earlier = done(archive.verb("plan", "--before-event", first));
        assertThat(earlier.json().get("restoredTo")).isEqualTo(drops.get(0).get("before"));

        assertThat(archive.verb("plan", "--before-drop", "shop.nothing").exitCode())
                .isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(archive.verb("plan", "--before-event", "none").exitCode())
                .isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(archive.verb("plan").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(archive.verb("plan", "--to", "7:1", "--before-drop", "a.b").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void planRefusesATimeInsideTheDropUnlessForced() {
        String inside = drops().get(1).at("/evidence/1/at").asText();

        CommandRun refused = archive.verb("plan", "--to", inside);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
        assertThat(refused.json().at("/error/message").asText())
                .contains("dropCollection of shop.orders")
                .contains("Nearest safe times: ");

        JsonNode forced = done(archive.verb("plan", "--to", inside, "--force-unsafe")).json();
        assertThat(forced.get("forced")).hasSize(1);
        assertThat(forced.get("policy").asText()).isEqualTo("exact");
    }

    @Test
    void timesBehindAGapInOneShardsOplogAreRefused() throws IOException {
        try (ImportedCluster broken = new ImportedCluster(folder.resolve("broken"), 3)) {
            broken.orders(0, 20);
            broken.pause(60);
            ClusterTime before = ClusterTime.of(broken.cluster.clusterTime());
            broken.orders(20, 20);
            broken.pause(60);
            ClusterTime after = ClusterTime.of(broken.cluster.clusterTime());
            broken.orders(40, 20);
            broken.pause(60);
            for (SimulatedReplicaSet set : broken.cluster.replicaSets().values()) {
                List<RawBsonDocument> all = set.oplog();
                boolean whole = !set.name().equals("rs1");
                broken.imports(set, whole ? all : until(all, before));
                if (!whole) {
                    broken.imports(set, from(all, after));
                }
            }

            CommandRun explain = broken.verb("explain", "--at", after.toString());
            CommandRun plan = broken.verb("plan", "--to", after.toString());

            assertThat(explain.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
            assertThat(explain.json().at("/reasons/0/kind").asText()).isEqualTo("gap");
            assertThat(explain.json().at("/reasons/0/shards/0").asText()).isEqualTo("rs1");
            assertThat(explain.json().get("before").asText()).isEqualTo(before.toString());
            assertThat(plan.exitCode()).isEqualTo(ExitCode.NOT_RESTORABLE);
            assertThat(plan.err())
                    .contains("replica set rs1 has a gap")
                    .contains(before + " before");
            done(broken.verb("plan", "--to", before.toString()));
        }
    }

    private static List<RawBsonDocument> until(List<RawBsonDocument> oplog, ClusterTime time) {
        return oplog.stream()
                .filter(e -> !ClusterTime.of(e.getTimestamp("ts")).isAfter(time))
                .toList();
    }

    private static List<RawBsonDocument> from(List<RawBsonDocument> oplog, ClusterTime time) {
        return oplog.stream()
                .filter(e -> ClusterTime.of(e.getTimestamp("ts")).isAfter(time))
                .toList();
    }

    @Test
    void restoreBeforeTheDropBringsBackWhatWasThere() {
        String to = drops().get(1).get("before").asText();
        try (SimulatedCluster target = SimulatedCluster.builder().seed(2).shards(2).start()) {
            List<String> words = new ArrayList<>(List.of("restore", "--before-drop=shop.orders"));
            words.addAll(archive.targets(target));

            JsonNode json = done(archive.verb(words.toArray(String[]::new))).json();

            assertThat(json.get("restoredTo").asText()).isEqualTo(to);
            assertThat(json.get("verified").asBoolean()).isTrue();
            assertThat(json.get("forced")).isEmpty();
            ClusterTime time = ClusterTime.parse(to).orElseThrow();
            target.shards()
                    .forEach(
                            (id, set) ->
                                    assertThat(orders(set))
                                            .hasSameElementsAs(
                                                    archive.cluster
                                                            .oracle()
                                                            .documentsOf(
                                                                    id,
                                                                    "shop.orders",
                                                                    time.toBson())));
        }
    }

    private static List<RawBsonDocument> orders(SimulatedReplicaSet set) {
        return set.primary().collection("shop.orders").isEmpty()
                ? List.of()
                : set.primary().find("shop.orders", new BsonDocument(), Optional.empty());
    }

    @Test
    void theSameAnswersComeFromTheHttpApi() {
        String api;
        try (TimelineServer server = archive.serve()) {
            api = server.uri().toString();
            CommandRun find = done(CommandRun.of("find", "--api", api, "--kind=drop", "--json"));
            assertThat(find.json().get("timeline").asText()).isEqualTo("api");
            assertThat(find.json().get("events"))
                    .extracting(event -> event.get("id").asText())
                    .containsExactlyElementsOf(ids(drops()));
        }
        CommandRun gone = CommandRun.of("windows", "--api", api);
        assertThat(gone.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(gone.err()).contains(api).contains("--bucket");
        assertThat(CommandRun.of("windows").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private static List<String> ids(JsonNode events) {
        List<String> ids = new ArrayList<>();
        events.forEach(event -> ids.add(event.get("id").asText()));
        return ids;
    }

    private JsonNode drops() {
        return done(archive.verb("find", "--kind", "dropCollection")).json().get("events");
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }

    private static List<String> names(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
