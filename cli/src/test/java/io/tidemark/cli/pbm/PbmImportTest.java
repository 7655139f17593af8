package io.tidemark.cli.pbm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layout is that of real buckets, the content that of a real cluster. */
class PbmImportTest {
    @TempDir private Path folder;
    private boolean computesTimeline;

    @Test
    void bringsAllReplicaSetsOfAnOldBucketInAtOnce() throws IOException {
        bucket().version1();
        computesTimeline = true;

        CommandRun run = imports();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.at("/replicaSets/rs1/role").asText()).isEqualTo("shard:rs1");
        assertThat(json.at("/replicaSets/rs2/role").asText()).isEqualTo("shard:rsx");
        assertThat(json.at("/replicaSets/cfg/role").asText()).isEqualTo("config");
        requireWhole(json);
        assertThat(json.at("/timeline/complete").asBoolean()).isTrue();
        // The backup's end and the first slice's beginning have one time, by their names.
        assertThat(json.findValuesAsText("unproven")).containsOnly("");
        assertThat(json.at("/replicaSets/rs1/unproven")).isEmpty();
        assertThat(json.get("notes")).hasSize(3);
        assertThat(run.err()).contains("Imported rs2 (shard:rsx): 116 entries");
        assertThat(problems()).isEmpty();
    }

    @Test
    void bringsAllReplicaSetsOfANewBucketInAtOnce() throws IOException {
        bucket().version2();

        CommandRun run = imports();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        requireWhole(run.json());
        assertThat(problems()).isEmpty();
    }

    @Test
    void bringsABucketInWhoseCollectionsLieUncompressedBesideBson() throws IOException {
        bucket().version2InBson();

        CommandRun run = imports();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        requireWhole(run.json());
        assertThat(run.json().at("/replicaSets/rs1/lackingMetadata")).isEmpty();
    }

    private static void requireWhole(JsonNode json) {
        assertThat(json.at("/replicaSets/rs1/entries").asLong()).isEqualTo(4 + 124 + 4 - 1);
        assertThat(json.at("/replicaSets/rs2/entries").asLong()).isEqualTo(4 + 109 + 4 - 1);
        assertThat(json.at("/replicaSets/cfg/entries").asLong()).isEqualTo(42 + 1986 + 98 - 1);
        assertThat(json.get("entries").asLong()).isEqualTo(131 + 116 + 2125);
        assertThat(json.at("/replicaSets/rs1/documents").asLong()).isEqualTo(3 + 4 + 1 + 1);
        assertThat(json.at("/replicaSets/rs1/usableFrom").asText()).isEqualTo("1644242763:6");
        assertThat(json.at("/replicaSets/cfg/usableFrom").asText()).isEqualTo("1644242765:18");
        assertThat(json.at("/replicaSets/rs1/gaps")).isEmpty();
        assertThat(json.at("/backups/0").asText()).isEqualTo(PbmFiles.NAME);
        assertThat(json.get("through").asText()).isEqualTo("1644243453:8");
    }

    @Test
    void theSameImportAgainChangesNothing() throws IOException {
        bucket().version1();
        JsonNode first = imports().json();
        List<Path> stored = objects();

        JsonNode again = imports().json();

        assertThat(again).isEqualTo(first);
        assertThat(objects()).isEqualTo(stored);
    }

    @Test
    void theSameBackupInTwoLayoutsIsOneBase() throws IOException {
        PbmFiles files = bucket().version1();
        String description = Files.readString(files.path(PbmFiles.FILE + ".pbm.json"));
        files.version2();
        files.write(description, "old.pbm.json");

        CommandRun run = imports();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        requireWhole(run.json());
        assertThat(run.json().get("backups")).hasSize(1);
        assertThat(run.json().get("notes").toString())
                .contains("Of replica set rs2 the backups")
                .contains("ended at the same 1644242763:6");
        assertThat(problems()).isEmpty();
        List<Path> stored = objects();
        assertThat(imports().exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(objects()).isEqualTo(stored);
    }

    /** Of one end, and yet other bytes: whoever brings the second in must hear of the first. */
    @Test
    void aBackupInAnotherLayoutThanTheArchivesIsRefusedAndChangesNothing() throws IOException {
        PbmFiles files = bucket().version1();
        assertThat(imports().exitCode()).isEqualTo(ExitCode.DONE);
        List<Path> stored = objects();
        files.version2();

        requireDamage(imports(), "holds the base import-1644242765-18 of cfg already");

        assertThat(objects()).isEqualTo(stored);
    }

    @Test
    void readsFilesThatWereCutIntoPieces() throws IOException {
        PbmFiles files = bucket().version2();
        String key = PbmFiles.FILE + "/cfg/config.changelog.zst";
        byte[] whole = Files.readAllBytes(files.path(key));
        int third = whole.length / 3;
        files.put(key, Arrays.copyOf(whole, third));
        files.put(key + ".pbmpart.1", Arrays.copyOfRange(whole, third, 2 * third));
        files.put(key + ".pbmpart.2", Arrays.copyOfRange(whole, 2 * third, whole.length));

        assertThat(imports().exitCode()).isEqualTo(ExitCode.DONE);

        Files.delete(files.path(key + ".pbmpart.2"));
        requireDamage(imports(), "config.changelog");
    }

    @Test
    void aMissingSliceIsAGap() throws IOException {
        PbmFiles files = bucket().version1();
        try (Stream<Path> slices = Files.list(files.path("pbmPitr/rs1/20220207"))) {
            Files.delete(slices.filter(p -> p.toString().contains("140605-18")).findFirst().get());
        }

        CommandRun run = imports();

        assertThat(run.json().at("/replicaSets/rs1/gaps/0/after").asText())
                .isEqualTo("1644242763:4");
        assertThat(run.err()).contains("GAP: not in the imported files");
    }

    @Test
    void everyDamageIsNamedAndLeavesNoBase() throws IOException {
        PbmFiles files = bucket().version1();
        String dump = PbmFiles.FILE + "_rs2.dump.s2";
        byte[] whole = Files.readAllBytes(files.path(dump));
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 4;

        files.put(dump, flipped);
        requireDamage(imports(), dump);
        files.put(dump, Arrays.copyOf(whole, whole.length / 2));
        requireDamage(imports(), dump);
        Files.delete(files.path(dump));
        requireDamage(imports(), "names a file that is not there");
        files.put(dump, whole);
        Files.delete(files.path(PbmFiles.FILE + "_cfg.oplog.s2"));
        requireDamage(imports(), "names an oplog that is not there");
        files.write("{\"name\": 1}", PbmFiles.FILE + ".pbm.json");
        requireDamage(imports(), "does not describe a backup");

        assertThat(objects()).noneMatch(key -> key.toString().endsWith("manifest.json"));
    }

    @Test
    void filesOfAnotherReplicaSetAreFoundBeforeAnythingIsStored() throws IOException {
        PbmFiles files = bucket().version1();
        Path rs1 = files.path(PbmFiles.FILE + "_rs1.dump.s2");
        Path rs2 = files.path(PbmFiles.FILE + "_rs2.dump.s2");
        swap(rs1, rs2);
        requireDamage(imports(), "is of shard:rsx by the shardIdentity");
        swap(rs1, rs2);
        // Of a higher term than this one's, and then of a lower one.
        swap(files.path("pbmPitr/rs1"), files.path("pbmPitr/rs2"));
        requireDamage(imports(), "which is of a later term");
        swap(files.path("pbmPitr/rs1"), files.path("pbmPitr/rs2"));
        for (Path slice : slices(files, "rs2")) {
            Files.copy(
                    slice,
                    slices(files, "rs1").get(slices(files, "rs2").indexOf(slice)),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        requireDamage(imports(), "rs1 and rs2 can't have written the same");

        assertThat(objects()).isEmpty();
    }

    private static void swap(Path one, Path other) throws IOException {
        Path aside = one.resolveSibling("aside");
        Files.move(one, aside);
        Files.move(other, one);
        Files.move(aside, other);
    }

    private static List<Path> slices(PbmFiles files, String set) throws IOException {
        try (Stream<Path> all = Files.list(files.path("pbmPitr/" + set + "/20220207"))) {
            return all.sorted().toList();
        }
    }

    @Test
    void damagedMetadataOfAnotherBackupAreInNobodysWayWhoNamesOne() throws IOException {
        bucket().version1().write("{\"name\":", "2022-02-07T15.00.00Z.pbm.json");

        requireDamage(imports(), "2022-02-07T15.00.00Z.pbm.json");
        requireDamage(imports("--backup=2022-02-07T15:00:00Z"), "is no JSON");
        CommandRun named = imports("--backup", PbmFiles.NAME);

        assertThat(named.exitCode()).as(named.err()).isEqualTo(ExitCode.DONE);
        assertThat(named.json().get("notes").toString()).contains("Left out: File 2022-02-07T15");
    }

    @Test
    void metadataThatCantBeAreDamage() throws IOException {
        PbmFiles files = bucket().version1();
        String real = Files.readString(files.path(PbmFiles.FILE + ".pbm.json"));

        files.write(real.replace("1644242765", "8589934592"), PbmFiles.FILE + ".pbm.json");
        requireDamage(imports(), "names a time that no cluster has");
        files.write(
                real.replace(PbmFiles.FILE + "_rs1.dump.s2", "../../rs1.dump.s2"),
                PbmFiles.FILE + ".pbm.json");
        requireDamage(imports(), "names a file that is not there: '../../rs1.dump.s2'");
    }

    @Test
    void aSliceWhoseNameExcludesItsEntriesIsRefused() throws IOException {
        PbmFiles files = bucket().version2();
        Path slices = files.path("pbmPitr/rs2/20220207");
        try (Stream<Path> all = Files.list(slices)) {
            Path last = all.sorted().reduce((a, b) -> b).orElseThrow();
            Files.move(last, slices.resolve("20230101000000-1.20230101000100-1.oplog.gz"));
        }

        requireDamage(imports(), "by its name it holds those from");
    }

    @Test
    void whatIsNoWholeLogicalBackupIsLeftOutWithTheReason() throws IOException {
        PbmFiles files = bucket().version1();
        String real = Files.readString(files.path(PbmFiles.FILE + ".pbm.json"));
        files.write(
                real.replace(PbmFiles.NAME, "phy")
                        .replaceFirst("\"opid\"", "\"type\": \"physical\", \"opid\""),
                "phy.pbm.json");
        files.write(
                real.replace(PbmFiles.NAME, "part")
                        .replaceFirst("\"opid\"", "\"nss\": [\"a.b\"], \"opid\""),
                "part.pbm.json");
        files.write(
                real.replace(PbmFiles.NAME, "died")
                        .replace(
                                "\"status\": \"done\", \"pbm",
                                "\"status\": \"error\", \"error\": \"no space\", \"pbm"),
                "died.pbm.json");

        JsonNode all = imports().json();

        assertThat(all.get("backups")).hasSize(1);
        assertThat(all.get("notes").toString())
                .contains("phy can't be brought in: it is of type 'physical'")
                .contains("part can't be brought in: it holds a selection only, [a.b]")
                .contains("died can't be brought in: it did not end well")
                .contains("no space");
        requireUsage(imports("--backup=phy"), "a server of the same kind reads");
        requireUsage(imports("--backup=never"), "There is no backup 'never'");
        assertThat(imports("--backup", PbmFiles.NAME).exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aFolderWithoutBackupsAndOptionsThatContradictAreWrongCommandLines() {
        requireUsage(imports(), "neither NAME.pbm.json nor pbmPitr/");
        requireUsage(imports("--replica-set=rs1"), "--pbm brings in all replica sets");
    }

    /** However much lies below: nothing is looked at there. */
    @Test
    void aFolderThatPbmDidNotWriteIsRecognisedAtItsTop() throws IOException {
        bucket().version1().write("{\"name\":", "deep/er/2022-02-07T15.00.00Z.pbm.json");
        for (int i = 0; i < 6; i++) {
            Files.createDirectories(folder.resolve("f" + i + "/unread/able"));
        }

        CommandRun above = importsFrom(folder.toString());

        requireUsage(above, "f0, f1, f2, f3, f4 and others");
        requireUsage(importsFrom("/"), "neither NAME.pbm.json nor pbmPitr/");
        assertThat(importsFrom(folder.resolve("pbm").toString()).exitCode())
                .isEqualTo(ExitCode.DONE);
    }

    private static void requireUsage(CommandRun run, String words) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(words);
    }

    private static void requireDamage(CommandRun run, String words) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains(words).doesNotContain("\tat ");
    }

    private PbmFiles bucket() {
        return PbmFiles.in(folder.resolve("pbm"));
    }

    private CommandRun importsFrom(String place) {
        return CommandRun.of(
                "import",
                "--json",
                "--no-timeline",
                "--cluster=pbm",
                "--bucket=file:" + folder.resolve("bucket"),
                "--pbm=" + place);
    }

    private CommandRun imports(String... further) {
        Stream<String> timeline = computesTimeline ? Stream.empty() : Stream.of("--no-timeline");
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "import",
                                        "--json",
                                        "--cluster=pbm",
                                        "--bucket=file:" + folder.resolve("bucket"),
                                        "--pbm=" + folder.resolve("pbm")),
                                Stream.concat(timeline, Stream.of(further)))
                        .toArray(String[]::new));
    }

    private JsonNode problems() {
        return CommandRun.of(
                        "verify",
                        "--json",
                        "--cluster=pbm",
                        "--bucket=file:" + folder.resolve("bucket"))
                .json()
                .get("problems");
    }

    private List<Path> objects() throws IOException {
        if (!Files.exists(folder.resolve("bucket"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder.resolve("bucket"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
