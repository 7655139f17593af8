package io.tidemark.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.timeline.ImportedCluster;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BaseStart;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.base.SnapshotManifest;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.standby.StandbyNote;
import io.tidemark.storage.standby.StandbyNotes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive that holds every kind of object, and what is found when one of them is not whole. */
class EveryObjectTest {
    private static final ClusterName SIM = new ClusterName("sim");
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final BasePlace PLACE = new BasePlace(SIM, Incarnation.UNKNOWN, "nightly", RS0);
    private static final RawDocument EMPTY = RawDocument.of(new RawDocumentBuilder().build());

    @TempDir private Path folder;
    private ImportedCluster archive;
    private ObjectStore store;

    @BeforeEach
    void anArchiveOfEveryKindOfObject() throws IOException {
        archive = new ImportedCluster(folder, 5);
        archive.orders(0, 30);
        archive.pause(60);
        archive.imports();
        done(archive.verb("windows", "--rebuild"));
        done(archive.verb("drill"));
        store = BucketUri.parse(archive.bucket()).open();
        ClusterTime end =
                Catalogue.through(
                        new Catalogue(store, SIM)
                                .last(new ArchivedReplicaSet(SIM, Incarnation.UNKNOWN, RS0))
                                .orElseThrow());
        base(end.previous(), end);
        new StandbyNotes(store, SIM)
                .put(
                        new StandbyNote(
                                new ObjectKey.OfStandby(SIM, new UUID(1, 2), Instant.EPOCH),
                                "berlin",
                                "process 7 on a host",
                                Instant.EPOCH,
                                end,
                                end,
                                Set.of("nightly"),
                                Map.of(RS0, new StandbyNote.Followed("host:27017", end))));
        // Of a gap whose entries came later after all.
        new GapObject(
                        SIM,
                        Incarnation.UNKNOWN,
                        RS0,
                        new Gap(end.previous().previous(), end.previous(), "rolled over"),
                        Optional.empty())
                .putTo(store);
    }

    @AfterEach
    void close() {
        store.close();
        archive.close();
    }

    @Test
    void aSoundArchiveHasNoProblems() {
        CommandRun run = archive.verb("verify");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().get("problems")).isEmpty();
        assertThat(run.json().get("strangers").asInt()).isZero();
    }

    @Test
    void aFlippedBitInAnyObjectIsNamed() throws IOException {
        Set<String> kinds = new TreeSet<>();
        for (Path object : objects()) {
            byte[] whole = Files.readAllBytes(object);
            String key = folder.resolve("bucket").relativize(object).toString();
            ObjectKey kind = ObjectKey.parse(key).orElseThrow();
            kinds.add(kind.getClass().getSimpleName() + key.substring(key.lastIndexOf('.')));
            for (int at : new int[] {0, whole.length / 3, whole.length / 2, whole.length - 1}) {
                byte[] flipped = whole.clone();
                flipped[at] ^= 0x10;
                Files.write(object, flipped);
                assertThat(verified().problems())
                        .as("bit of byte %d of %s", at, key)
                        .anyMatch(problem -> problem.key().equals(key));
            }
            Files.write(object, whole);
        }
        assertThat(kinds)
                .containsExactly(
                        "OfBaseManifest.json",
                        "OfBasePart.zst",
                        "OfBaseStart.json",
                        "OfDrill.json",
                        "OfGap.gap",
                        "OfSlice.slice",
                        "OfSnapshotManifest.json",
                        "OfStandby.json",
                        "OfTimeline.events",
                        "OfTimeline.windows");
    }

    @Test
    void whatAManifestNamesAndIsNotThereIsAProblem() throws IOException {
        Path part = object(".bson.zst");
        Files.delete(part);
        assertThat(archive.verb("verify").exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(verified().problems())
                .anyMatch(problem -> problem.key().endsWith(part.getFileName().toString()));

        Files.delete(object("rs0/manifest.json"));

        assertThat(verified().problems())
                .singleElement()
                .satisfies(
                        problem -> {
                            assertThat(problem.key()).endsWith("nightly/manifest.json");
                            assertThat(problem.what()).contains("rs0/manifest.json");
                        });
    }

    @Test
    void partsOfNoBaseAndKeysOfNobodyAreToldAndNoProblem() throws IOException {
        Files.delete(object("rs0/manifest.json"));
        Files.delete(object("nightly/manifest.json"));
        Path stranger = object(".slice").resolveSibling("upload.tmp");
        Files.write(stranger, new byte[1]);

        Findings findings = verified();

        assertThat(findings.problems()).isEmpty();
        assertThat(findings.leftovers()).isEqualTo(1);
        assertThat(findings.strangers()).isEqualTo(1);
        assertThat(findings.someStrangers().get(0)).endsWith("upload.tmp");
    }

    @Test
    void deepReplaysTheArchiveAndTellsWhatItHolds() throws IOException {
        Files.delete(object("rs0/manifest.json"));
        Files.delete(object("nightly/manifest.json"));

        CommandRun run = archive.verb("verify", "--deep");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode deep = run.json().get("deep");
        assertThat(deep.get("verified").asBoolean()).isTrue();
        JsonNode orders = deep.at("/replicaSets/rs0/collections/shop.orders");
        assertThat(orders.get("documents").asLong()).isEqualTo(30);
        assertThat(orders.get("hash").asText()).hasSize(32);
    }

    private Findings verified() {
        return new ArchiveCheck(store, SIM, FrameKeys.NONE, findings -> {}).run();
    }

    private void base(ClusterTime from, ClusterTime usable) {
        UUID uuid = UUID.nameUUIDFromBytes(new byte[] {1});
        List<RawDocument> documents = List.of(EMPTY);
        BaseCollection collection =
                new BaseCollection(
                        Namespace.of("shop.notes"),
                        uuid,
                        true,
                        BaseCollection.Type.COLLECTION,
                        EMPTY,
                        List.of(),
                        List.of());
        new BaseStart(
                        PLACE,
                        from,
                        usable,
                        Optional.empty(),
                        Optional.of(ReplicaSetRole.shard("shard0")),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new BaseStart.Planned(collection, false, List.of())))
                .putTo(store);
        try (CollectionWriter writer =
                new CollectionWriter(store, PLACE, uuid, FrameOptions.defaults(), 1 << 20)) {
            documents.forEach(writer::add);
            collection = collection.with(writer.finish());
        }
        BaseManifest manifest =
                new BaseManifest(
                        PLACE,
                        BaseMethod.FUZZY,
                        from,
                        usable,
                        Optional.empty(),
                        Optional.of(ReplicaSetRole.shard("shard0")),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(collection));
        manifest.putTo(store);
        new SnapshotManifest(
                        SIM,
                        Incarnation.UNKNOWN,
                        "nightly",
                        BaseMethod.FUZZY,
                        Optional.empty(),
                        List.of(SnapshotManifest.Member.of(manifest)))
                .putTo(store);
    }

    private Path object(String end) throws IOException {
        return objects().stream().filter(o -> o.toString().endsWith(end)).findFirst().orElseThrow();
    }

    private List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("bucket/sim"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }
}
