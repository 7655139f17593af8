package io.tidemark.storage.slice;

import static io.tidemark.storage.slice.TestEntries.at;
import static io.tidemark.storage.slice.TestEntries.inserts;
import static io.tidemark.storage.slice.TestEntries.noop;
import static io.tidemark.storage.slice.TestEntries.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.frames.MemoryBudget;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SliceFormatTest {
    private static final FrameOptions SMALL_FRAMES = FrameOptions.defaults().withFrameBytes(2048);
    @TempDir Path folder;
    private ObjectStore store;
    private SliceReader reader;

    @BeforeEach
    void open() {
        store = new FileObjectStore(folder.resolve("bucket"));
        reader = new SliceReader(store, FrameKeys.NONE);
    }

    @Test
    void givesBackEveryEntryByteForByte() {
        List<OplogEntry> entries = inserts(100, 300, 1);

        SliceHeader written = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES);

        assertThat(read(written.key(), ClusterTime.ZERO, ClusterTime.MAX)).isEqualTo(raw(entries));
        assertThat(reader.verify(written.key())).isEqualTo(written);
        assertThat(written.entries()).isEqualTo(Map.of(RecordKind.CRUD, 100L));
    }

    @Test
    void plainZstdGivesTheConcatenatedEntries() throws IOException {
        List<OplogEntry> entries = inserts(50, 700, 2);
        SliceHeader written = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES);
        byte[] object = store.readWhole(written.key().text(), 10_000_000);

        try (ZstdInputStream plain = new ZstdInputStream(new ByteArrayInputStream(object))) {
            assertThat(plain.setContinuous(false).readAllBytes()).isEqualTo(concat(entries));
        }
    }

    @Test
    void theZstdCommandGivesTheConcatenatedEntries() throws Exception {
        Path zstd = Path.of("/usr/bin/zstd");
        assumeTrue(Files.isExecutable(zstd), "needs /usr/bin/zstd (package zstd)");
        List<OplogEntry> entries = inserts(50, 700, 3);
        SliceHeader written = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES);
        Path object = folder.resolve("bucket").resolve(written.key().text());

        Process process =
                new ProcessBuilder(zstd.toString(), "-d", "-c", object.toString()).start();
        byte[] out;
        try (InputStream in = process.getInputStream()) {
            out = in.readAllBytes();
        }

        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(out).isEqualTo(concat(entries));
    }

    @Test
    void theSameEntriesGiveTheSameBytesWithAndWithoutMemory() throws IOException {
        List<OplogEntry> entries = inserts(400, 900, 4);
        FrameOptions spilling =
                FrameOptions.defaults()
                        .withFrameBytes(100_000)
                        .withMemory(new MemoryBudget(0), folder.resolve("spill"));
        FrameOptions inMemory = FrameOptions.defaults().withFrameBytes(100_000);

        assertThat(sealedBytes(entries, spilling)).isEqualTo(sealedBytes(entries, inMemory));
        assertThat(folder.resolve("spill")).isEmptyDirectory();
    }

    @Test
    void readsOnlyWhatIsAskedFor() {
        List<OplogEntry> entries = inserts(4000, 300, 5);
        ObjectKey.OfSlice key = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES).key();
        CountingStore counting = new CountingStore(store);
        reader = new SliceReader(counting, FrameKeys.NONE);

        List<RawDocument> part = read(key, at(50, 1), at(53, 0));

        assertThat(part).isEqualTo(raw(entries.subList(50, 52)));
        long whole = store.head(key.text()).orElseThrow().sizeBytes();
        assertThat(counting.bytesRead()).isLessThan(whole);
    }

    @Test
    void rangesHoldTheirEndAndNotTheirStart() {
        List<OplogEntry> entries = inserts(30, 300, 6);
        ObjectKey.OfSlice key = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES).key();

        for (int after = 0; after <= 31; after++) {
            for (int through = after; through <= 31; through++) {
                List<OplogEntry> expected =
                        entries.subList(Math.min(after, 30), Math.min(through, 30));
                assertThat(read(key, at(after, 1), at(through, 1)))
                        .as("(%d, %d]", after, through)
                        .isEqualTo(raw(expected));
            }
        }
    }

    @Test
    void takesEntriesOfSixteenMebibytes() {
        List<OplogEntry> entries = new ArrayList<>();
        Random random = new Random(7);
        entries.add(TestEntries.insert(at(1, 1), 100, random));
        entries.add(TestEntries.insert(at(1, 2), 16 * 1024 * 1024 + 16 * 1024 - 200, random));
        entries.add(noop(at(1, 3)));

        ObjectKey.OfSlice key = put(start(at(1, 0)), entries, FrameOptions.defaults()).key();

        assertThat(read(key, ClusterTime.ZERO, ClusterTime.MAX)).isEqualTo(raw(entries));
    }

    @Test
    void refusesEntriesOutOfOrderAndRepeatedOnes() {
        try (SliceWriter writer = new SliceWriter(start(at(1, 0)), SMALL_FRAMES)) {
            writer.add(noop(at(1, 1)));

            assertThatThrownBy(() -> writer.add(noop(at(1, 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("each once");
        }
    }

    @Test
    void refusesAnEntryThatTheSliceBeforeHolds() {
        try (SliceWriter writer = new SliceWriter(start(at(1, 0)), SMALL_FRAMES)) {
            assertThatThrownBy(() -> writer.add(noop(at(1, 0))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSliceUnderAnotherSlicesKeyIsDamage() throws IOException {
        List<OplogEntry> entries = inserts(5, 100, 8);
        ObjectKey.OfSlice key = put(start(ClusterTime.ZERO), entries, SMALL_FRAMES).key();
        ObjectKey.OfSlice moved =
                new ObjectKey.OfSlice(
                        key.cluster(),
                        key.incarnation(),
                        new io.tidemark.schemas.model.ReplicaSet("rs1"),
                        key.slice());
        byte[] bytes = store.readWhole(key.text(), 1_000_000);
        store.put(moved.text(), io.tidemark.storage.object.Body.of(bytes));

        assertThatThrownBy(() -> reader.header(moved))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(moved.text())
                .hasMessageContaining(key.text());
    }

    @Test
    void itsHeaderCountsTheOperationsThatEntriesCarry() {
        BsonDocument one = BsonDocument.parse("{op: 'i', ns: 'shop.a', o: {_id: 1}}");
        OplogEntry batch =
                TestEntries.command(
                        at(10, 2),
                        new BsonDocument("applyOps", new BsonArray(List.of(one, one, one))),
                        new BsonDocument());

        SliceHeader written =
                put(
                        start(ClusterTime.ZERO),
                        List.of(TestEntries.noop(at(10, 1)), batch),
                        SMALL_FRAMES);

        assertThat(written.entryCount()).isEqualTo(2);
        assertThat(written.operations()).contains(4L);
        assertThat(reader.verify(written.key())).isEqualTo(written);
    }

    /** Slices are kept for long: those of earlier versions don't say it. */
    @Test
    void aSliceThatDoesNotCountOperationsIsRead() {
        SliceHeader written = put(start(ClusterTime.ZERO), inserts(5, 100, 8), SMALL_FRAMES);
        ObjectNode json = SliceHeaderJson.write(written);
        json.remove("operations");

        SliceHeader read =
                SliceHeaderJson.read(JsonFields.parse("a slice", JsonFields.bytes(json)));

        assertThat(read.operations()).isEmpty();
        assertThat(read.entries()).isEqualTo(written.entries());
    }

    private SliceHeader put(SliceStart start, List<OplogEntry> entries, FrameOptions options) {
        try (SliceWriter writer = new SliceWriter(start, options)) {
            entries.forEach(writer::add);
            try (SealedSlice slice = writer.seal(Optional.empty())) {
                slice.putTo(store);
                return slice.header();
            }
        }
    }

    private static byte[] sealedBytes(List<OplogEntry> entries, FrameOptions options)
            throws IOException {
        try (SliceWriter writer = new SliceWriter(start(ClusterTime.ZERO), options)) {
            entries.forEach(writer::add);
            try (SealedSlice slice = writer.seal();
                    InputStream in = slice.object().open()) {
                return in.readAllBytes();
            }
        }
    }

    private List<RawDocument> read(ObjectKey.OfSlice key, ClusterTime after, ClusterTime through) {
        List<RawDocument> entries = new ArrayList<>();
        try (SliceEntries all = reader.entries(key, after, through)) {
            all.forEachRemaining(entry -> entries.add(entry.raw()));
        }
        return entries;
    }

    private static List<RawDocument> raw(List<OplogEntry> entries) {
        return entries.stream().map(OplogEntry::raw).toList();
    }

    private static byte[] concat(List<OplogEntry> entries) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        entries.forEach(entry -> all.writeBytes(entry.raw().toBytes()));
        return all.toByteArray();
    }
}
