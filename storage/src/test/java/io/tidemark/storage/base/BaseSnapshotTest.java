package io.tidemark.storage.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.slice.TestEntries;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BaseSnapshotTest {
    private static final BasePlace PLACE =
            new BasePlace(TestEntries.CLUSTER, TestEntries.LIFE, "b1", TestEntries.RS0);
    private static final UUID COLLECTION = new UUID(1, 2);
    @TempDir Path folder;
    private final ObjectStore store = new InMemoryObjectStore();
    private final BaseReader reader = new BaseReader(store, FrameKeys.NONE);

    @Test
    void givesBackDocumentsPartByPart() {
        List<RawDocument> documents = documents(500);
        BaseManifest manifest = put(documents, 20_000);

        BaseCollection read = manifest.collections().get(0);
        List<RawDocument> all = new ArrayList<>();
        reader.documents(manifest, read).forEachRemaining(all::add);

        assertThat(read.parts()).hasSizeGreaterThan(3);
        assertThat(all).isEqualTo(documents);
        assertThat(read.documents()).isEqualTo(500);
        for (int part = 0; part < read.parts().size(); part++) {
            reader.verify(manifest, read, part);
        }
    }

    @Test
    void theManifestKeepsEveryFieldAndType() {
        BaseManifest manifest = put(documents(3), 20_000);

        assertThat(BaseManifest.read(store, PLACE)).isEqualTo(manifest);
        assertThat(manifest.collections().get(0).options().find("size").orElseThrow().number())
                .hasValue(4096L);
    }

    @Test
    void plainZstdGivesTheConcatenatedDocuments() throws IOException {
        List<RawDocument> documents = documents(50);
        byte[] part = store.readWhole(firstPart(put(documents, 1 << 20)), 1 << 24);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        documents.forEach(document -> expected.writeBytes(document.toBytes()));

        try (ZstdInputStream plain = new ZstdInputStream(new ByteArrayInputStream(part))) {
            assertThat(plain.readAllBytes()).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    void aBaseExistsWithItsManifestOnly() {
        Catalogue catalogue = new Catalogue(store, PLACE.cluster());
        List<BasePart> parts = writeParts(documents(10), 1 << 20);

        assertThat(catalogue.bases()).isEmpty();
        manifest(parts).putTo(store);
        assertThat(catalogue.bases()).containsExactly(PLACE);
    }

    @Test
    void aPartOfAnotherRunUnderTheSameKeyIsFound() {
        BaseManifest manifest = put(documents(10), 1 << 20);
        String key = firstPart(manifest);
        ObjectStore other = new InMemoryObjectStore();
        try (CollectionWriter writer =
                new CollectionWriter(other, PLACE, COLLECTION, FrameOptions.defaults(), 1 << 20)) {
            documents(11).forEach(writer::add);
            writer.finish();
        }
        store.delete(key);
        store.put(key, Body.of(other.readWhole(onlyKey(other), 1 << 24)));

        assertThatThrownBy(
                        () -> reader.documents(manifest, manifest.collections().get(0)).hasNext())
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("manifest names");
    }

    @Test
    void everyFlippedBitOfAManifestIsFound() {
        put(documents(3), 1 << 20);
        String key = new ObjectKey.OfBaseManifest(PLACE).text();
        byte[] good = store.readWhole(key, 1 << 20);

        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            ObjectStore copy = new InMemoryObjectStore();
            copy.put(key, Body.of(bad));
            assertThatThrownBy(() -> BaseManifest.read(copy, PLACE))
                    .as("byte %d", at)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void everyFlippedBitOfAPartIsFound() {
        BaseManifest manifest = put(documents(8), 1 << 20);
        String key = firstPart(manifest);
        byte[] good = store.readWhole(key, 1 << 20);

        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            ObjectStore copy = new InMemoryObjectStore();
            copy.put(key, Body.of(bad));
            BaseReader damaged = new BaseReader(copy, FrameKeys.NONE);
            assertThatThrownBy(
                            () ->
                                    damaged.documents(manifest, manifest.collections().get(0))
                                            .forEachRemaining(document -> {}))
                    .as("byte %d", at)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void replayBeginsBeforeItsFirstEntry() {
        BaseManifest manifest = put(documents(1), 1 << 20);

        assertThat(manifest.replayAfter().next()).isEqualTo(manifest.replayFrom());
    }

    /** What a run left that was given something else; it may never be met again. */
    @Test
    void partsOfOtherDocumentsAreNotInTheWay() {
        List<BasePart> left = writeParts(documents(4), 1 << 20);

        BaseManifest manifest = put(documents(5), 1 << 20);

        assertThat(manifest.collections().get(0).parts()).doesNotContainAnyElementsOf(left);
        assertThat(writeParts(documents(4), 1 << 20)).isEqualTo(left);
        reader.verify(manifest, manifest.collections().get(0), 0);
    }

    private static String firstPart(BaseManifest manifest) {
        PartId first = manifest.collections().get(0).parts().get(0).id();
        return new ObjectKey.OfBasePart(PLACE, COLLECTION, first).text();
    }

    private static String onlyKey(ObjectStore store) {
        try (Stream<StoredObject> all = store.list("", "")) {
            return all.findFirst().orElseThrow().key();
        }
    }

    private BaseManifest put(List<RawDocument> documents, long partBytes) {
        BaseManifest manifest = manifest(writeParts(documents, partBytes));
        manifest.putTo(store);
        return manifest;
    }

    private List<BasePart> writeParts(List<RawDocument> documents, long partBytes) {
        FrameOptions options = FrameOptions.defaults().withFrameBytes(4096);
        try (CollectionWriter writer =
                new CollectionWriter(store, PLACE, COLLECTION, options, partBytes)) {
            documents.forEach(writer::add);
            return writer.finish();
        }
    }

    private static BaseManifest manifest(List<BasePart> parts) {
        BsonDocument options =
                new BsonDocument("size", new BsonInt64(4096)).append("max", new BsonInt32(7));
        BsonDocument index =
                new BsonDocument("v", new BsonInt32(2)).append("name", new BsonString("_id_"));
        BaseCollection collection =
                new BaseCollection(
                        Namespace.of("shop.orders"),
                        COLLECTION,
                        true,
                        BaseCollection.Type.COLLECTION,
                        RawDocument.of(TestEntries.bytes(options)),
                        List.of(RawDocument.of(TestEntries.bytes(index))),
                        parts);
        return new BaseManifest(
                PLACE,
                BaseMethod.FUZZY,
                new ClusterTime(100, 1),
                new ClusterTime(200, 1),
                Optional.of(new ClusterTime(150, 1)),
                Optional.of(ReplicaSetRole.CONFIG_SERVER),
                Optional.of("5.0.5"),
                Optional.of("5.0"),
                List.of(collection));
    }

    private static List<RawDocument> documents(int count) {
        Random random = new Random(count);
        List<RawDocument> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] text = new byte[random.nextInt(300)];
            random.nextBytes(text);
            BsonDocument document =
                    new BsonDocument("_id", new BsonInt32(i))
                            .append("b", new org.bson.BsonBinary(text));
            documents.add(RawDocument.of(TestEntries.bytes(document)));
        }
        return documents;
    }

    @Test
    void aSecondManifestAtTheSamePlaceIsRefused() {
        ObjectStore files = new FileObjectStore(folder);
        List<BasePart> parts = List.of();
        manifest(parts).putTo(files);

        assertThat(manifest(parts).putTo(files)).isEqualTo(PutOutcome.ALREADY_IDENTICAL);
        assertThatThrownBy(
                        () ->
                                manifest(List.of(new BasePart(new PartId(0, 0, 0), 1, 1, 1, "00")))
                                        .putTo(files))
                .isInstanceOf(FencedException.class);
    }
}
