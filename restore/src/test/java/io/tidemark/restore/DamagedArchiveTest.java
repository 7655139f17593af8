package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.base.BaseCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage in the bucket is a refusal: the targets stay as they were. */
final class DamagedArchiveTest {
    private static final long SEED = 20_261_120L;
    private static final String TO = "1644243375:5";

    /** Where a store of files keeps what is no object. */
    private static final Path NO_OBJECTS = Path.of(".tidemark-tmp");

    @TempDir Path folder;
    private final Map<String, MemoryRestoreTarget> targets = new TreeMap<>();

    @BeforeEach
    void importRealCluster() {
        try (TestArchive archive = new TestArchive(folder)) {
            RealClusterArchive.importInto(archive);
        }
    }

    @Test
    void refusesAFlippedBitInAnyObjectThatItNeedsBeforeTheFirstWrite() throws IOException {
        Random random = new Random(SEED);
        for (Path object : objectsNeeded()) {
            byte[] whole = Files.readAllBytes(object);
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(object, damaged);

            assertThatThrownBy(this::restore, "seed %d, object %s", SEED, object)
                    .isInstanceOf(RestoreException.ArchiveDamaged.class);
            assertNothingWritten(object);
            Files.write(object, whole);
        }
        restore();
    }

    @Test
    void refusesAMissingObjectThatItNeedsBeforeTheFirstWrite() throws IOException {
        for (Path object : objectsNeeded()) {
            byte[] whole = Files.readAllBytes(object);
            Files.delete(object);

            assertThatThrownBy(this::restore, "without %s", object)
                    .isInstanceOf(RestoreException.class);
            assertNothingWritten(object);
            Files.write(object, whole);
        }
        restore();
    }

    @Test
    void goesOnWithoutWhatNoRestoreWrites() throws IOException {
        List<Path> others = objects(DamagedArchiveTest::isOfNoRestore);
        assertThat(others).isNotEmpty();
        for (Path object : others) {
            Files.delete(object);
        }

        restore();

        assertThat(targets.get("rs1").documents("trx.test")).isNotEmpty();
    }

    private List<Path> objectsNeeded() throws IOException {
        long to = ClusterTime.parse(TO).orElseThrow().seconds();
        return objects(f -> !isOfNoRestore(f) && (!isSlice(f) || afterOf(f) < to));
    }

    private List<Path> objects(Predicate<Path> which) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !folder.relativize(file).startsWith(NO_OBJECTS))
                    .filter(which)
                    .sorted()
                    .toList();
        }
    }

    /** Documents of the servers' own books: {@code verify} looks after them, a restore doesn't. */
    private static boolean isOfNoRestore(Path file) {
        return Stream.of("config.changelog", "config.cache.chunks.trx.test")
                .map(ns -> BaseCollection.standInUuid(TestArchive.CLUSTER, Namespace.of(ns)))
                .anyMatch(uuid -> file.getParent().endsWith(uuid.toString()));
    }

    private static boolean isSlice(Path file) {
        return file.toString().endsWith(".slice");
    }

    private static long afterOf(Path slice) {
        return Long.parseLong(slice.getFileName().toString().substring(0, 10));
    }

    private void restore() {
        targets.clear();
        try (TestArchive archive = new TestArchive(folder)) {
            RestoreRequest request =
                    new RestoreRequest(
                            archive.store(),
                            TestArchive.CLUSTER,
                            ClusterTime.parse(TO).orElseThrow(),
                            Map.of("config", "config", "rs1", "rs1", "rs2", "rs2"));
            Restore.run(request, RestoreProgress.silent(), this::connect);
        }
    }

    private RestoreTarget connect(String name, RestoreOptions options) {
        return targets.computeIfAbsent(name, n -> new MemoryRestoreTarget(n + ".example:1"));
    }

    private void assertNothingWritten(Path object) {
        targets.forEach(
                (name, target) -> {
                    assertThat(target.mark()).as("%s, damaged %s", name, object).isEmpty();
                    assertThat(target.documents("trx.test")).as("%s", object).isEmpty();
                    assertThat(target.documents("config.chunks")).as("%s", object).isEmpty();
                });
    }
}
