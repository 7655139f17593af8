package io.tidemark.sink;

import static io.tidemark.sink.MemorySink.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Topology;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StorageException;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.slice.GapObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SinkWorkerTest {
    private static final OplogPartition RS0 = MemorySink.partition("rs0");
    private static final OplogPartition RS1 = MemorySink.partition("rs1");
    @TempDir Path folder;
    private final MemoryTopics topics = new MemoryTopics();
    private ObjectStore store;
    private Archive archive;

    @BeforeEach
    void open() {
        store = new FileObjectStore(folder.resolve("bucket"));
        archive = new Archive(store, CLUSTER);
    }

    @Test
    void archivesEveryEntryOnceInOrder() {
        OplogScript one = new OplogScript(1).start().some(500, 600);
        OplogScript two = new OplogScript(2).start().some(300, 600);
        topics.publish(RS0, one.records());
        topics.publish(RS1, two.records());

        new MemorySink(topics, store, 1).archiveAll();

        assertHolds(RS0, one);
        assertHolds(RS1, two);
    }

    @Test
    void slicesEndBySizeAndByTheTimeOfTheirEntries() {
        OplogScript script = new OplogScript(3).start();
        for (int i = 0; i < 10; i++) {
            script.noop().pause(10);
        }
        script.insert(15_000).insert(15_000).insert(100_000).noop();
        topics.publish(RS0, script.records());

        new MemorySink(topics, store, 1).archiveAll();

        List<Long> entries =
                archive.ranges(RS0.replicaSet()).stream()
                        .map(key -> header(key).entryCount())
                        .toList();
        // Three noops in 30 s; then size: 15 KB after noops, 15 KB, 100 KB alone, the rest.
        assertThat(entries).containsExactly(3L, 3L, 3L, 2L, 1L, 1L, 1L);
        assertHolds(RS0, script);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void theBucketIsTheSameHoweverOftenTheWorkerDies(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        OplogScript script = new OplogScript(seed).start();
        for (int i = 0; i < 6; i++) {
            script.some(100, 900);
            if (random.nextInt(3) == 0) {
                script.gap(1 + random.nextInt(100));
            }
        }
        topics.publish(RS0, script.records());
        ObjectStore calm = new FileObjectStore(folder.resolve("calm"));
        new MemorySink(topics, calm, seed).archiveAll();

        int deaths = 0;
        for (boolean done = false; !done; ) {
            done = liveAndDie(random);
            deaths++;
        }

        assertThat(deaths).isGreaterThan(1);
        assertThat(archive.objects()).isEqualTo(new Archive(calm, CLUSTER).objects());
        assertHolds(RS0, script);
    }

    /** True if the worker came to the end; else it stopped dead, or its store failed. */
    private boolean liveAndDie(Random random) {
        ObjectStore faulty = new FaultyStore(store, random, 40);
        MemorySink sink = new MemorySink(topics, faulty, random.nextLong());
        int steps = 1 + random.nextInt(60);
        try {
            for (int i = 0; i < steps; i++) {
                sink.worker.step();
                if (sink.reader.isAtEnd()) {
                    sink.stepToEnd();
                    break;
                }
            }
        } catch (StorageException e) {
            return false;
        }
        if (!sink.reader.isAtEnd()) {
            return false;
        }
        new MemorySink(topics, store, 1).archiveAll();
        return true;
    }

    @Test
    void gapsLieBetweenSlicesWithTheirReason() {
        OplogScript script = new OplogScript(4).start().some(20, 100).gap(60).some(20, 100);
        topics.publish(RS0, script.records());

        new MemorySink(topics, store, 1).archiveAll();

        ObjectKey.OfGap gap =
                archive.ranges(RS0.replicaSet()).stream()
                        .filter(key -> key instanceof ObjectKey.OfGap)
                        .map(key -> (ObjectKey.OfGap) key)
                        .findFirst()
                        .orElseThrow();
        assertThat(GapObject.read(store, gap).gap().reason()).contains("rolled over");
        assertHolds(RS0, script);
    }

    @Test
    void goesOnBehindAGapThatCameLast() {
        OplogScript script = new OplogScript(5).start().some(20, 100).gap(60);
        topics.publish(RS0, script.records());
        new MemorySink(topics, store, 1).archiveAll();
        int published = script.records().size();

        script.some(30, 100);
        topics.publish(RS0, script.records().subList(published, script.records().size()));
        new MemorySink(topics, store, 2).archiveAll();

        assertHolds(RS0, script);
    }

    @Test
    void skipsWhatIsArchivedWhenTheTopicIsMadeAnew() {
        OplogScript script = new OplogScript(6).start().some(100, 300);
        topics.publish(RS0, script.records());
        new MemorySink(topics, store, 1).archiveAll();

        topics.recreate(RS0);
        script.some(100, 300);
        topics.publish(RS0, script.records());
        new MemorySink(topics, store, 2).archiveAll();

        assertHolds(RS0, script);
    }

    @Test
    void namesTheHoleWhenCaptureBeganAnewBehindTheArchive() {
        OplogScript script = new OplogScript(7).start().some(50, 300);
        topics.publish(RS0, script.records());
        new MemorySink(topics, store, 1).archiveAll();
        int archived = script.entries().size();
        ClusterTime reached = script.now();

        topics.recreate(RS0);
        script.some(50, 300);
        int lost = script.entries().size();
        int published = script.records().size();
        script.start().some(50, 300);
        topics.publish(RS0, script.records().subList(published, script.records().size()));
        new MemorySink(topics, store, 2).archiveAll();

        List<RawDocument> expected =
                new java.util.ArrayList<>(raw(script.entries().subList(0, archived)));
        expected.addAll(raw(script.entries().subList(lost, script.entries().size())));
        assertThat(archive.entries(RS0.replicaSet())).isEqualTo(expected);
        assertThat(archive.isUnbroken(RS0.replicaSet())).isTrue();
        assertThat(gaps()).hasSize(1);
        assertThat(gaps().get(0).after()).isEqualTo(reached);
    }

    @Test
    void namesTheHoleWhenKafkaDeletedWhatWasNotArchived() {
        OplogScript script = new OplogScript(8).start().some(50, 300);
        topics.publish(RS0, script.records());
        new MemorySink(topics, store, 1).archiveAll();
        script.some(100, 300);
        topics.publish(RS0, script.records().subList(51, script.records().size()));
        topics.deleteBefore(RS0, topics.state(RS0).endOffset() - 20);

        new MemorySink(topics, store, 2).archiveAll();

        assertThat(archive.isUnbroken(RS0.replicaSet())).isTrue();
        assertThat(gaps()).hasSize(1);
        assertThat(GapObject.read(store, gaps().get(0)).gap().reason())
                .contains("before they were archived");
    }

    @Test
    void namesTheHoleWhenKafkaDeletesBeneathARunningWorker() {
        OplogScript script = new OplogScript(9).start().some(50, 300);
        topics.publish(RS0, script.records());
        MemorySink sink = new MemorySink(topics, store, 1);
        sink.stepToEnd();
        script.some(100, 300);
        topics.publish(RS0, script.records().subList(51, script.records().size()));
        topics.deleteBefore(RS0, topics.state(RS0).endOffset() - 20);

        sink.archiveAll();

        assertThat(archive.isUnbroken(RS0.replicaSet())).isTrue();
        assertThat(gaps()).hasSize(1);
        assertThat(archive.entries(RS0.replicaSet()))
                .containsAll(raw(script.entries().subList(0, 50)));
    }

    @Test
    void beginsAgainWhenTheTopicIsReplacedBeneathARunningWorker() {
        OplogScript script = new OplogScript(10).start().some(50, 300);
        topics.publish(RS0, script.records());
        MemorySink sink = new MemorySink(topics, store, 1);
        sink.stepToEnd();
        topics.recreate(RS0);
        script.some(200, 300);
        topics.publish(RS0, script.records());

        sink.archiveAll();
        new MemorySink(topics, store, 2).archiveAll();

        assertHolds(RS0, script);
    }

    @Test
    void aNewLifeOfTheReplicaSetHasItsOwnChain() {
        OplogScript before = new OplogScript(11).start().some(50, 300);
        OplogScript after =
                new OplogScript(12, new Incarnation("65f000000000000000000002"))
                        .start()
                        .some(50, 300);
        topics.publish(RS0, before.records());
        topics.publish(RS0, after.records());

        new MemorySink(topics, store, 1).archiveAll();

        assertThat(new Catalogue(store, CLUSTER).lives(RS0.replicaSet())).hasSize(2);
        List<RawDocument> expected = new java.util.ArrayList<>(raw(before.entries()));
        expected.addAll(raw(after.entries()));
        assertThat(archive.entries(RS0.replicaSet())).isEqualTo(expected);
    }

    @Test
    void theRoleOfTheReplicaSetIsKnownFromTheBucket() {
        topics.publish(RS0, new OplogScript(13).start().some(50, 300).gap(10).records());
        new MemorySink(topics, store, 1).archiveAll();

        Catalogue catalogue = new Catalogue(store, CLUSTER);

        assertThat(Topology.read(store, catalogue).roles())
                .isEqualTo(Map.of(catalogue.replicaSets().get(0), OplogScript.ROLE));
    }

    @Test
    void theWriterThatWasOvertakenStops() {
        OplogScript script = new OplogScript(14).start().some(30, 100);
        topics.publish(RS0, script.records());
        MemorySink slow = new MemorySink(topics, store, 1);
        slow.stepToEnd();
        // The other one ends a slice where the slow one would not, and goes on.
        new MemorySink(topics, store, 2).archiveAll();
        script.some(200, 600);
        topics.publish(RS0, script.records().subList(31, script.records().size()));

        assertThatThrownBy(slow::stepToEnd).isInstanceOf(FencedException.class);

        new MemorySink(topics, store, 3).archiveAll();
        assertHolds(RS0, script);
    }

    @Test
    void twoWritersOfTheSameRecordsMakeTheSameObjects() {
        OplogScript script = new OplogScript(15).start().some(300, 600);
        topics.publish(RS0, script.records());
        MemorySink one = new MemorySink(topics, store, 1);
        MemorySink two = new MemorySink(topics, store, 1);

        for (int i = 0; i < 200; i++) {
            one.worker.step();
            two.worker.step();
        }
        one.worker.close();

        assertHolds(RS0, script);
    }

    @Test
    void aStoreThatCantBeReachedStopsTheWorkerAndLosesNothing() {
        OplogScript script = new OplogScript(16).start().some(200, 600);
        topics.publish(RS0, script.records());
        ObjectStore broken = new FaultyStore(store, new Random(16), 1);

        assertThatThrownBy(() -> new MemorySink(topics, broken, 1).archiveAll())
                .isInstanceOf(UnreachableException.class);

        new MemorySink(topics, store, 2).archiveAll();
        assertHolds(RS0, script);
    }

    private void assertHolds(OplogPartition partition, OplogScript script) {
        assertThat(archive.entries(partition.replicaSet())).isEqualTo(raw(script.entries()));
        assertThat(archive.isUnbroken(partition.replicaSet())).isTrue();
    }

    private List<ObjectKey.OfGap> gaps() {
        return archive.ranges(RS0.replicaSet()).stream()
                .filter(key -> key instanceof ObjectKey.OfGap)
                .map(key -> (ObjectKey.OfGap) key)
                .toList();
    }

    private io.tidemark.storage.slice.SliceHeader header(ObjectKey key) {
        return new io.tidemark.storage.slice.SliceReader(
                        store, io.tidemark.storage.frames.FrameKeys.NONE)
                .header((ObjectKey.OfSlice) key);
    }

    private static List<RawDocument> raw(List<OplogEntry> entries) {
        return entries.stream().map(OplogEntry::raw).toList();
    }
}
