package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.noop;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveDumpTest {
    private static final String INDEXES = "{\"indexes\": [{\"key\": {\"_id\": 1}}]}";

    @TempDir private Path folder;

    @Test
    void tellsMixedCollectionsApartAndFindsTheOplog() {
        ArchiveDump dump = read(archive().bytes());

        assertThat(dump.collections())
                .extracting(c -> c.namespace().toString() + " " + c.metadata().type())
                .containsExactly(
                        "config.shards collection",
                        "shop.carts collection",
                        "shop.empty collection",
                        "shop.paid view",
                        "shop.system.buckets.weather collection",
                        "shop.weather timeseries");
        assertThat(dump.serverVersion()).contains("5.0.5-4");
        assertThat(dump.mostOpen()).isGreaterThan(1);
        assertThat(dump.shards()).hasSize(1);
        assertThat(documents(dump))
                .containsEntry("shop.carts", 7)
                .containsEntry("shop.system.buckets.weather", 3)
                .doesNotContainKey("shop.paid");
        assertThat(OplogFiles.scan(List.of(OplogInput.of(dump.oplog().orElseThrow()))).lastEntry())
                .isEqualTo(DumpFiles.time(12, 1));
    }

    @Test
    void everyCutIsNoticedWhereverItFalls() {
        byte[] whole = archive().bytes();
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut))
                    .as("%d of %d bytes", length, whole.length)
                    .asInstanceOf(InstanceOfAssertFactories.type(CommandFailure.class))
                    .extracting(CommandFailure::exitCode)
                    .isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        }
    }

    @Test
    void aCollectionWhoseDocumentsNeverCameIsMissed() {
        byte[] whole = archive().bytes();
        byte[] prelude = new ArchiveFiles().add("a.b", "", "collection", List.of()).bytes();
        // All of the prelude and nothing else: a cut between two blocks.
        int headersEnd = prelude.length - blockBytes();

        assertThatThrownBy(() -> read(Arrays.copyOf(prelude, headersEnd)))
                .hasMessageContaining("cut off")
                .hasMessageContaining("a.b");
        assertThat(read(whole).collections()).isNotEmpty();
    }

    private static int blockBytes() {
        byte[] none = new ArchiveFiles().bytes();
        byte[] view = new ArchiveFiles().add("a.b", "", "view", List.of()).bytes();
        byte[] one = new ArchiveFiles().add("a.b", "", "collection", List.of()).bytes();
        int told = view.length - none.length + "collection".length() - "view".length();
        return one.length - none.length - told;
    }

    @Test
    void aDocumentThatWasChangedDoesNotFitTheChecksum() {
        byte[] whole = archive().bytes();
        String text = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] changed = whole.clone();
        changed[text.indexOf("a cart") + 3] = 'k';

        assertThatThrownBy(() -> read(changed))
                .hasMessageContaining("checksum")
                .hasMessageContaining("shop.carts");
    }

    @Test
    void whatIsNoArchiveIsRefused() {
        assertThatThrownBy(() -> read(DumpFiles.bytes(List.of(noop(10, 1)))))
                .hasMessageContaining("no archive of mongodump");
    }

    @Test
    void theCommandTakesACompressedArchiveForADump() throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(stored)) {
            out.write(archive().bytes());
        }
        Path file = write(folder.resolve("rs0.archive.gz"), stored.toByteArray());

        CommandRun run =
                CommandRun.of(
                        "import",
                        "--json",
                        "--cluster=c",
                        "--bucket=file:" + folder.resolve("bucket"),
                        "--replica-set=rs0",
                        "--archive=" + file);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = run.json();
        assertThat(json.get("documents").asLong()).isEqualTo(7 + 3 + 1);
        assertThat(json.get("entries").asLong()).isEqualTo(3);
        assertThat(json.get("usableFrom").asText()).isEqualTo("12:1");
        assertThat(json.get("lackingMetadata")).isEmpty();
    }

    private static ArchiveFiles archive() {
        return new ArchiveFiles()
                .add("shop.carts", INDEXES, "collection", documents(7))
                .add(
                        "shop.weather",
                        "{\"options\": {\"timeseries\": {\"timeField\": \"t\"}}}",
                        "timeseries",
                        documents(3))
                .add("shop.empty", INDEXES, "collection", List.of())
                .add("shop.paid", "{\"options\": {\"viewOn\": \"carts\"}}", "view", List.of())
                .add("config.shards", "", "collection", documents(1))
                .oplog(
                        List.of(
                                DumpFiles.bytes(List.of(noop(10, 1))),
                                DumpFiles.bytes(List.of(insert(11, 1, 1))),
                                DumpFiles.bytes(List.of(insert(12, 1, 2)))));
    }

    private static List<byte[]> documents(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> BsonDocument.parse("{_id: " + i + ", what: 'a cart'}"))
                .map(document -> DumpFiles.bytes(List.of(document)))
                .toList();
    }

    private ArchiveDump read(byte[] archive) {
        return ArchiveDump.read(BackupFile.of(write(folder.resolve("archive"), archive)), folder);
    }

    private static Map<String, Integer> documents(Dump dump) {
        Map<String, Integer> counts = new TreeMap<>();
        List<Namespace> finished = new ArrayList<>();
        dump.read(
                new Dump.Receiver() {
                    @Override
                    public void document(Namespace ns, RawDocument document, BackupFile file) {
                        assertThat(finished).doesNotContain(ns);
                        counts.merge(ns.toString(), 1, Integer::sum);
                    }

                    @Override
                    public void finished(Namespace ns) {
                        finished.add(ns);
                    }
                });
        return counts;
    }
}
