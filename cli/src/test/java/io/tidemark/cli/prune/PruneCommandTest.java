package io.tidemark.cli.prune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.RealBackup;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import io.tidemark.storage.turn.ArchiveTurn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster's backup, pruned through the command. */
class PruneCommandTest {
    private static final List<String> SETS = List.of("rs1", "rs2", "cfg");
    private static final String TO = "1644243375:4";
    @TempDir private Path folder;
    private RealBackup backup;

    @BeforeEach
    void importTheBackup() {
        backup = RealBackup.in(folder);
        for (String set : SETS) {
            CommandRun run = backup.imports(set, backup.oplogs(set));
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void theOnlyBaseStaysHoweverOldAndIsRestoredAsBefore() {
        JsonNode before = restored();

        JsonNode pruned = prune("--keep-days=1").json();

        assertThat(pruned.get("dryRun").asBoolean()).isFalse();
        assertThat(pruned.at("/removed/bases")).isEmpty();
        assertThat(pruned.at("/kept/bases")).hasSize(3);
        assertThat(restored()).isEqualTo(before);
    }

    @Test
    void aDryRunChangesNothingAndSaysWhatStays() {
        List<String> files = files();

        CommandRun run = prune("--keep-bases=1", "--dry-run");

        assertThat(run.json().get("dryRun").asBoolean()).isTrue();
        assertThat(run.json().at("/kept/bases/0/why").asText()).isEqualTo("one of the 1 newest");
        assertThat(run.err()).contains("Would remove 0 bases").contains("stays");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void holdsAreKeptInTheBucketUntilTheyAreReleased() {
        String id =
                prune("--keep-bases=1", "--dry-run").json().at("/kept/bases/0/snapshot").asText();

        assertThat(prune("--keep=" + id).json().get("holds").toString())
                .isEqualTo("[\"" + id + "\"]");
        assertThat(prune("--keep-days=1").json().at("/kept/bases/0/why").asText())
                .isEqualTo("held by --keep");
        assertThat(prune("--release=" + id).json().get("holds")).isEmpty();
    }

    @Test
    void whatAStandbyNeedsIsToldAndReleasedByItsName() {
        ClusterName cluster = new ClusterName("pbm");
        Instant now = Instant.now();
        try (ObjectStore store = BucketUri.parse(backup.bucket()).open()) {
            new StandbyNotes(store, cluster)
                    .put(
                            new StandbyNote(
                                    new ObjectKey.OfStandby(cluster, UUID.randomUUID(), now),
                                    "berlin",
                                    "process 7 on a host",
                                    now,
                                    new ClusterTime(8, 0),
                                    new ClusterTime(7, 0),
                                    Set.of(),
                                    Map.of()));
        }

        CommandRun told = prune("--keep-days=1", "--dry-run");
        assertThat(told.json().at("/kept/oplogsAfter").asText()).isEqualTo("7:0");
        assertThat(told.json().at("/kept/standbys/0/name").asText()).isEqualTo("berlin");
        assertThat(told.err()).contains("stays     oplogs after 7:0: standby berlin, last seen ");
        prune("--release=berlin");
        assertThat(prune("--keep-days=1").json().at("/kept/standbys")).isEmpty();
    }

    @Test
    void aStandbysNoteThatCantBeReadHoldsEverythingUntilItIsReleasedByItsId() {
        UUID id = UUID.randomUUID();
        String key = new ObjectKey.OfStandby(new ClusterName("pbm"), id, Instant.now()).text();
        try (ObjectStore store = BucketUri.parse(backup.bucket()).open()) {
            store.put(key, Body.of("{".getBytes(StandardCharsets.UTF_8)));
        }

        CommandRun refused = run("--keep-days=1");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(refused.err()).contains(key, "prune --release " + id);
        assertThat(run("--release=berlin").exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(run("--keep-days=1").exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        prune("--release=" + id);
        prune("--keep-days=1");
    }

    @Test
    void aHoldOnNothingIsRefused() {
        CommandRun run = run("--keep=nothing");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("there is no such snapshot");
    }

    @Test
    void whileARestoreReadsTheArchiveNothingIsRemoved() {
        try (ObjectStore store = BucketUri.parse(backup.bucket()).open();
                ArchiveTurn reader =
                        ArchiveTurn.take(
                                store,
                                new ClusterName("pbm"),
                                ArchiveTurn.Kind.READS,
                                "reader-7",
                                Clock.systemUTC())) {
            CommandRun run = run("--keep-days=1");

            assertThat(run.exitCode()).isEqualTo(ExitCode.LOCKED);
            assertThat(run.json().at("/error/message").asText())
                    .contains("a restore (reader-7, since 20");
            reader.keep();
        }
        assertThat(prune("--keep-days=1").err()).contains("Without --source-uri");
    }

    @Test
    void aSourceThatWasNamedMustAnswer() {
        CommandRun run = run("--keep-days=1", "--source-uri=mongodb://127.0.0.1:9/");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("Nothing was removed").contains("gone for good");
    }

    private List<String> files() {
        try (Stream<Path> all = Files.walk(folder.resolve("bucket"))) {
            return all.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("can't list " + folder, e);
        }
    }

    private CommandRun prune(String... options) {
        CommandRun run = run(options);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }

    private CommandRun run(String... options) {
        List<String> words =
                new ArrayList<>(
                        List.of("prune", "--json", "--cluster=pbm", "--bucket=" + backup.bucket()));
        words.addAll(List.of(options));
        return CommandRun.of(words.toArray(String[]::new));
    }

    /** Documents and hashes of every collection of every replica set. */
    private JsonNode restored() {
        Map<String, SimulatedReplicaSet> targets = new TreeMap<>();
        try {
            List<String> words =
                    new ArrayList<>(
                            List.of(
                                    "restore",
                                    "--json",
                                    "--cluster=pbm",
                                    "--bucket=" + backup.bucket(),
                                    "--to=" + TO));
            for (String set : SETS) {
                SimulatedReplicaSet target = SimulatedReplicaSet.builder("new-" + set).start();
                targets.put(set, target);
                words.add("--target");
                words.add((set.equals("cfg") ? "config" : set) + "=" + target.uri());
            }
            CommandRun run = CommandRun.of(words.toArray(String[]::new));
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
            JsonNode sets = run.json().get("replicaSets");
            // It names the targets' addresses, which are others each time.
            ((ObjectNode) sets.at("/cfg/collections")).remove("config.shards");
            return sets;
        } finally {
            targets.values().forEach(SimulatedReplicaSet::close);
        }
    }
}
