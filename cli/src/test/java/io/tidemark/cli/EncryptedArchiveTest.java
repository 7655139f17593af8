package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.dump.DumpFiles;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verbs over an archive whose objects are sealed: with its key ring, with another, with none. */
class EncryptedArchiveTest {
    private static final String SECRET = "a word that nobody may read";
    @TempDir private static Path folder;
    private static SimulatedReplicaSet target;

    @BeforeAll
    static void anEncryptedArchive() throws IOException {
        target = SimulatedReplicaSet.builder("rs0").manualTicks().start();
        ring("right", "k1 = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        ring("wrong", "k1 = ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=");
        ring("other", "k2 = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        Path dump = folder.resolve("dump");
        DumpFiles.write(
                dump.resolve("shop/orders.bson"),
                IntStream.range(0, 5)
                        .mapToObj(i -> new BsonDocument("_id", new org.bson.BsonInt32(i)))
                        .map(d -> d.append("what", new org.bson.BsonString(SECRET)))
                        .toArray(BsonDocument[]::new));
        DumpFiles.write(
                dump.resolve("oplog.bson"),
                DumpFiles.noop(10, 1),
                DumpFiles.insert(11, 1, 7),
                DumpFiles.noop(12, 1));
        CommandRun run =
                run("import", "right", "--replica-set=rs0", "--shard=rs0", "--dump=" + dump);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    @AfterAll
    static void stop() {
        target.close();
    }

    @Test
    void nothingStoredCanBeReadWithoutTheKeys() throws IOException {
        List<Path> sealed =
                objects().stream().filter(p -> !p.toString().endsWith("manifest.json")).toList();

        assertThat(sealed).hasSize(2);
        for (Path object : sealed) {
            assertThat(Files.readString(object, StandardCharsets.ISO_8859_1))
                    .as(object.toString())
                    .contains("\"encryption\"")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void verifyReadsEveryObject() {
        CommandRun run = run("verify", "right", "--deep");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().get("problems")).isEmpty();
        assertThat(run.json().get("entries").asLong()).isEqualTo(3);
    }

    @Test
    void windowsPlanAndRestoreGoOnAsInTheClear() {
        assertThat(run("windows", "right").exitCode()).isEqualTo(ExitCode.DONE);
        CommandRun plan = run("plan", "right", "--to=12:1");
        assertThat(plan.exitCode()).as(plan.err()).isEqualTo(ExitCode.DONE);

        CommandRun run = run("restore", "right", "--to=12:1", "--target=rs0=" + target.uri());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(target.primary().find("shop.orders", new BsonDocument(), Optional.empty()))
                .hasSize(6)
                .filteredOn(d -> d.containsKey("what"))
                .hasSize(5)
                .allMatch(d -> d.getString("what").getValue().equals(SECRET));
    }

    @Test
    void exportWritesADumpInTheClear() throws IOException {
        Path out = folder.resolve("out");

        CommandRun run = run("export", "right", "--replica-set=rs0", "--out=" + out);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        for (String same : List.of("shop/orders.bson", "oplog.bson")) {
            assertThat(out.resolve(same))
                    .hasSameBinaryContentAs(folder.resolve("dump").resolve(same));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong", "other", ""})
    void withoutTheRightKeysVerbsSayWhichOneIsMissingAndWriteNothing(String ring)
            throws IOException {
        try (SimulatedReplicaSet untouched =
                SimulatedReplicaSet.builder("rs0").manualTicks().start()) {
            Path out = folder.resolve("out-" + ring);
            List<CommandRun> refused =
                    List.of(
                            run("plan", ring, "--to=12:1"),
                            run("restore", ring, "--to=12:1", "--target=rs0=" + untouched.uri()),
                            run("export", ring, "--replica-set=rs0", "--out=" + out));

            assertThat(refused)
                    .allSatisfy(
                            run -> {
                                assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
                                assertThat(run.json().at("/error/message").asText())
                                        .containsIgnoringCase("key 'k1'")
                                        .contains("--encryption.keys");
                            });
            assertThat(untouched.primary().collections())
                    .noneMatch(c -> !c.namespace().startsWith("config."));
            assertThat(out).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong", "other", ""})
    void verifyNamesEveryObjectThatItCantOpen(String ring) throws IOException {
        CommandRun run = run("verify", ring);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.json().get("problems").toString()).containsIgnoringCase("key 'k1'");
    }

    private static void ring(String name, String line) throws IOException {
        Files.writeString(folder.resolve(name), line + "\n");
    }

    /**
     * @param ring name of a key ring; empty for none
     */
    private static CommandRun run(String verb, String ring, String... further) {
        Stream<String> keys =
                ring.isEmpty()
                        ? Stream.of()
                        : Stream.of("--encryption.keys=" + folder.resolve(ring));
        return CommandRun.of(
                Stream.of(
                                Stream.of(
                                        verb,
                                        "--json",
                                        "--cluster=c",
                                        "--bucket=file:" + folder.resolve("bucket")),
                                keys,
                                Stream.of(further))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    private static List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("bucket"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("/turns/"))
                    .filter(file -> !file.toString().contains("/.tidemark-tmp/"))
                    .sorted()
                    .toList();
        }
    }
}
