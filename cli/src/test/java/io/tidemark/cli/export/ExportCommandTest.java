package io.tidemark.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.dump.DumpFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
    private static final String ORDERS =
            "{\"options\":{\"capped\":true,\"size\":{\"$numberInt\":\"4096\"}},\"indexes\":"
                    + "[{\"v\":{\"$numberInt\":\"2\"},\"key\":{\"_id\":{\"$numberInt\":\"1\"}},"
                    + "\"name\":\"_id_\"},{\"v\":{\"$numberInt\":\"2\"},\"key\":{\"at\":"
                    + "{\"$numberDouble\":\"-1.0\"}},\"name\":\"at_-1\",\"expireAfterSeconds\":"
                    + "{\"$numberLong\":\"3600\"}}],\"uuid\":\"0102030405060708090a0b0c0d0e0f10\","
                    + "\"collectionName\":\"orders\",\"type\":\"collection\"}";
    private static final String PAID =
            "{\"options\":{\"viewOn\":\"orders\",\"pipeline\":[{\"$match\":{\"paid\":true}}]},"
                    + "\"indexes\":[],\"collectionName\":\"paid\",\"type\":\"view\"}";
    private static final String WEATHER =
            "{\"options\":{\"timeseries\":{\"timeField\":\"t\"}},\"indexes\":"
                    + "[{\"key\":{\"t\":{\"$numberInt\":\"-1\"}},\"name\":\"t_-1\"}],"
                    + "\"collectionName\":\"weather\",\"type\":\"timeseries\"}";
    private static final String LONG_NAME = "a/b$c é ".repeat(25).strip();

    @TempDir private Path folder;

    @BeforeEach
    void aDumpIsImported() {
        Path dump = folder.resolve("dump");
        DumpFiles.write(dump.resolve("shop/orders.bson"), documents(5));
        text(dump.resolve("shop/orders.metadata.json"), ORDERS);
        text(dump.resolve("shop/paid.metadata.json"), PAID);
        DumpFiles.write(dump.resolve("shop/system.buckets.weather.bson"), documents(3));
        text(dump.resolve("shop/weather.metadata.json"), WEATHER);
        DumpFiles.write(dump.resolve("shop/system.views.bson"), documents(1));
        DumpFiles.write(dump.resolve("shop/long.bson"), documents(2));
        text(
                dump.resolve("shop/long.metadata.json"),
                "{\"indexes\":[],\"collectionName\":\""
                        + LONG_NAME
                        + "\",\"type\":\"collection\"}");
        DumpFiles.write(
                dump.resolve("oplog.bson"),
                DumpFiles.noop(10, 1),
                DumpFiles.insert(11, 1, 7),
                DumpFiles.noop(12, 1));
        Path later =
                DumpFiles.write(
                        folder.resolve("later"), DumpFiles.noop(12, 1), DumpFiles.noop(20, 1));
        CommandRun run =
                run("import", "bucket", "--dump=" + dump, "--oplog=" + later, "--no-timeline");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void writesWhatMongodumpWouldHaveWritten() throws IOException {
        CommandRun run = run("export", "bucket", "--out=" + folder.resolve("out"));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.get("base").asText()).isEqualTo("import-12-1");
        assertThat(json.get("documents").asLong()).isEqualTo(10);
        assertThat(json.get("oplogEntries").asLong()).isEqualTo(3);
        assertThat(json.get("through").asText()).isEqualTo("12:1");
        assertThat(run.err()).contains("mongorestore --oplogReplay");
        // Byte for byte what the dump held, metadata included.
        for (String same :
                List.of(
                        "shop/orders.bson",
                        "shop/orders.metadata.json",
                        "shop/paid.metadata.json",
                        "shop/system.buckets.weather.bson",
                        "shop/weather.metadata.json",
                        "oplog.bson")) {
            assertThat(folder.resolve("out").resolve(same))
                    .hasSameBinaryContentAs(folder.resolve("dump").resolve(same));
        }
        assertThat(folder.resolve("out/shop/paid.bson")).doesNotExist();
        assertThat(folder.resolve("out/shop/system.views.bson")).doesNotExist();
        assertThat(json.get("leftOut")).extracting(JsonNode::asText).contains("shop.system.views");
        assertThat(folder.resolve("out/shop/weather.bson")).doesNotExist();
        assertThat(folder.resolve("out/shop/system.buckets.weather.metadata.json")).doesNotExist();
        assertThat(names(folder)).noneMatch(name -> name.contains("unfinished"));
    }

    @Test
    void whatIsExportedIsImportedAsTheSameBase() throws IOException {
        run("export", "bucket", "--gzip", "--out=" + folder.resolve("out"));

        CommandRun again =
                run("import", "second", "--dump=" + folder.resolve("out"), "--no-timeline");

        assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.DONE);
        assertThat(again.json().get("documents").asLong()).isEqualTo(10);
        run("export", "second", "--out=" + folder.resolve("out2"));
        run("export", "bucket", "--out=" + folder.resolve("out3"));
        assertThat(contents(folder.resolve("out2"))).isEqualTo(contents(folder.resolve("out3")));
        assertThat(contents(folder.resolve("out2")).values().toString())
                .contains("\"collectionName\":\"" + LONG_NAME);
    }

    @Test
    void aFolderThatExistsIsLeftAlone() throws IOException {
        Files.createDirectories(folder.resolve("out"));

        CommandRun run = run("export", "bucket", "--out=" + folder.resolve("out"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("exists already");
        assertThat(folder.resolve("out")).isEmptyDirectory();
    }

    @Test
    void damageLeavesNothingThatLooksWhole() throws IOException {
        Path part =
                objects("bucket").stream()
                        .filter(path -> path.toString().endsWith(".bson.zst"))
                        .findFirst()
                        .orElseThrow();
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);

        CommandRun run = run("export", "bucket", "--out=" + folder.resolve("out"));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(names(folder)).noneMatch(name -> name.contains("unfinished"));
    }

    @Test
    void aBaseWhoseOplogIsGoneIsAPictureOfNoMoment() throws IOException {
        for (Path slice : objects("bucket")) {
            if (slice.toString().endsWith(".slice")) {
                Files.delete(slice);
            }
        }

        CommandRun run = run("export", "bucket", "--out=" + folder.resolve("out"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.err()).contains("is not archived for (").contains("picture of no moment");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void anUnknownBaseIsNamedWithThoseThereAre() {
        CommandRun run = run("export", "bucket", "--base=x", "--out=" + folder.resolve("out"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no base 'x'").contains("import-12-1");
    }

    @Test
    void partsOfABaseAreReadByAnyZstdAsConcatenatedBson() throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (Path path : objects("bucket")) {
            if (path.toString().endsWith(".bson.zst")) {
                try (InputStream in = new ZstdInputStream(Files.newInputStream(path))) {
                    in.transferTo(plain);
                }
            }
        }

        byte[] expected =
                DumpFiles.bytes(
                        Stream.of(documents(5), documents(3), documents(1), documents(2))
                                .flatMap(Stream::of)
                                .toList());
        assertThat(plain.size()).isEqualTo(expected.length);
        assertThat(plain.toString(StandardCharsets.ISO_8859_1)).contains("what");
    }

    private CommandRun run(String verb, String bucket, String... further) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        verb,
                                        "--json",
                                        "--cluster=c",
                                        "--bucket=file:" + folder.resolve(bucket),
                                        "--replica-set=rs0"),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private static BsonDocument[] documents(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> BsonDocument.parse("{_id: " + i + ", what: 'of " + count + "'}"))
                .toArray(BsonDocument[]::new);
    }

    private static void text(Path file, String content) {
        DumpFiles.write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    private List<Path> objects(String bucket) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(bucket))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static Map<String, String> contents(Path dump) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dump)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                boolean json = file.toString().endsWith(".json");
                found.put(dump.relativize(file).toString(), json ? Files.readString(file) : text);
            }
        }
        return found;
    }
}
