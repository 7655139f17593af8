package io.tidemark.storage.slice;

import static io.tidemark.storage.slice.TestEntries.inserts;
import static io.tidemark.storage.slice.TestEntries.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SliceDamageTest {
    private static final String KEY_A = "a = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    private static final String KEY_B = "b = AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    @TempDir Path folder;
    private final List<OplogEntry> entries = inserts(12, 60, 1);

    private FileKeyRing ring(String text) {
        try {
            Path file = Files.writeString(folder.resolve("ring-" + text.hashCode()), text);
            return FileKeyRing.read(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ObjectStore store;

    @BeforeEach
    void open() {
        store = new FileObjectStore(folder.resolve("bucket"));
    }

    private ObjectKey.OfSlice put(FrameOptions options) {
        try (SliceWriter writer = new SliceWriter(start(ClusterTime.ZERO), options)) {
            entries.forEach(writer::add);
            try (SealedSlice slice = writer.seal()) {
                slice.putTo(store);
                return slice.header().key();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyFlippedBitIsFound(boolean encrypted) {
        FrameOptions plain = FrameOptions.defaults().withFrameBytes(1024);
        FrameKeys keys = encrypted ? FrameKeys.of(ring(KEY_A)) : FrameKeys.NONE;
        ObjectKey.OfSlice key = put(encrypted ? plain.withKeys(ring(KEY_A)) : plain);
        byte[] good = store.readWhole(key.text(), 1 << 20);

        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            SliceReader reader = new SliceReader(copy(key, bad), keys);
            int flipped = at;
            assertThatThrownBy(() -> reader.verify(key))
                    .as("verify with byte %d flipped", flipped)
                    .isInstanceOf(DamagedObjectException.class)
                    .hasMessageContaining(key.text())
                    .hasMessageContaining("What to do");
            assertThatThrownBy(() -> readAll(reader, key))
                    .as("read with byte %d flipped", flipped)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void everyTruncationIsFound() {
        ObjectKey.OfSlice key = put(FrameOptions.defaults().withFrameBytes(1024));
        byte[] good = store.readWhole(key.text(), 1 << 20);

        for (int size = 0; size < good.length; size++) {
            SliceReader reader =
                    new SliceReader(copy(key, Arrays.copyOf(good, size)), FrameKeys.NONE);
            assertThatThrownBy(() -> readAll(reader, key))
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"i", "u", "d", "c"})
    void anEntryThatDoesNotSayWhatItWroteIsFoundAndANoopMayBeEmpty(String op) {
        entries.add(without("n", 100));
        SliceReader reader = new SliceReader(store, FrameKeys.NONE);
        ObjectKey.OfSlice sound = put(FrameOptions.defaults());
        assertThat(reader.verify(sound).entryCount()).isEqualTo(13);

        entries.add(without(op, 101));
        ObjectKey.OfSlice key = put(FrameOptions.defaults());

        assertThatThrownBy(() -> reader.verify(key))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("does not say what it wrote")
                .hasMessageContaining(TestEntries.at(101, 1).toString());
    }

    /** An entry without {@code o}. */
    private static OplogEntry without(String op, long seconds) {
        BsonDocument entry =
                new BsonDocument("op", new BsonString(op))
                        .append("ns", new BsonString("shop.orders"))
                        .append("ts", new BsonTimestamp(TestEntries.at(seconds, 1).bits()))
                        .append("t", new BsonInt64(3))
                        .append("v", new BsonInt64(2));
        return OplogEntry.of(TestEntries.bytes(entry));
    }

    @Test
    void somethingAppendedIsFound() {
        ObjectKey.OfSlice key = put(FrameOptions.defaults());
        byte[] good = store.readWhole(key.text(), 1 << 20);
        SliceReader reader =
                new SliceReader(copy(key, Arrays.copyOf(good, good.length + 1)), FrameKeys.NONE);

        assertThatThrownBy(() -> readAll(reader, key)).isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void framesMovedWithinAnEncryptedSliceDoNotOpen() {
        // Nothing of the plain text is in the object.
        ObjectKey.OfSlice key = put(FrameOptions.defaults().withKeys(ring(KEY_A)));
        String object =
                new String(
                        store.readWhole(key.text(), 1 << 20),
                        java.nio.charset.StandardCharsets.ISO_8859_1);

        assertThat(object).doesNotContain("order 17").contains("AES-256-GCM");
    }

    @Test
    void anEncryptedSliceOpensWithItsKeyOnlyAndSaysWhichOneIsMissing() {
        ObjectKey.OfSlice key = put(FrameOptions.defaults().withKeys(ring(KEY_A)));

        assertThat(readAll(new SliceReader(store, FrameKeys.of(ring(KEY_B + KEY_A))), key))
                .isEqualTo(entries.stream().map(OplogEntry::raw).toList());
        assertThatThrownBy(() -> readAll(new SliceReader(store, FrameKeys.NONE), key))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("key 'a'");
        assertThatThrownBy(() -> readAll(new SliceReader(store, FrameKeys.of(ring(KEY_B))), key))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("key 'a'");
    }

    @Test
    void headersOfEncryptedSlicesAreReadWithoutKeys() {
        ObjectKey.OfSlice key = put(FrameOptions.defaults().withKeys(ring(KEY_A)));

        assertThat(new SliceReader(store, FrameKeys.NONE).header(key).entryCount()).isEqualTo(12);
    }

    @Test
    void encryptionIsDeterministicSoARepeatedPutIsHarmless() {
        FrameOptions options = FrameOptions.defaults().withKeys(ring(KEY_A));

        assertThat(put(options)).isEqualTo(put(options));
    }

    @Test
    void plainZstdRefusesEncryptedSlicesLoudly() throws IOException {
        ObjectKey.OfSlice key = put(FrameOptions.defaults().withKeys(ring(KEY_A)));
        byte[] object = store.readWhole(key.text(), 1 << 20);

        assertThatThrownBy(
                        () -> {
                            try (var in =
                                    new com.github.luben.zstd.ZstdInputStream(
                                            new java.io.ByteArrayInputStream(object))) {
                                in.readAllBytes();
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    private ObjectStore copy(ObjectKey.OfSlice key, byte[] bytes) {
        ObjectStore copy = new InMemoryObjectStore();
        copy.put(key.text(), Body.of(bytes));
        return copy;
    }

    private static List<RawDocument> readAll(SliceReader reader, ObjectKey.OfSlice key) {
        List<RawDocument> read = new ArrayList<>();
        try (SliceEntries all = reader.entries(key)) {
            all.forEachRemaining(entry -> read.add(entry.raw()));
        }
        return read;
    }
}
