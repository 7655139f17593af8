package io.tidemark.storage.timeline;

import static io.tidemark.storage.timeline.TimelineRecords.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.schemas.avro.TopologyEventRecord;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.encryption.FileKeyRing;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.FencedException;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import io.tidemark.storage.slice.KafkaRange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events and windows in the bucket: what is put is found again, whole or named as damaged. */
final class TimelineStorageTest {
    private static final ClusterName CLUSTER = new ClusterName("shop");
    private static final Incarnation LIFE = new Incarnation("65f0000000000000000000cf");
    private static final String TOPIC_ID = "dGlkZW1hcms";
    private static final String RING = "a = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    @TempDir Path folder;
    private ObjectStore store = new InMemoryObjectStore();
    private final FrameOptions options = FrameOptions.defaults().withFrameBytes(1024);
    private final TimelineRecords records = new TimelineRecords(7);

    @Test
    void eventsAreReadAsTheyLastStoodWhateverTheirFields() {
        for (long seed = 1; seed <= 50; seed++) {
            store = new InMemoryObjectStore();
            Random random = new Random(seed);
            TimelineRecords any = new TimelineRecords(seed);
            Map<String, TopologyEventRecord> expected = new LinkedHashMap<>();
            ClusterTime after = ClusterTime.ZERO;
            int offset = 0;
            for (int object = 0; object < 4; object++) {
                try (EventsWriter writer = writer(after)) {
                    for (int i = 0; i < 1 + random.nextInt(20); i++) {
                        String id = "event-" + random.nextInt(15);
                        boolean forget = random.nextInt(5) == 0;
                        TopologyEventRecord event = any.event(id, time(offset));
                        writer.add(offset++, id, forget ? Optional.empty() : Optional.of(event));
                        if (forget) {
                            expected.remove(id);
                        } else {
                            expected.put(id, event);
                        }
                    }
                    after = put(writer).through();
                }
            }

            StoredEvents stored = reader().events();

            assertThat(stored.events())
                    .as("seed " + seed)
                    .isEqualTo(List.copyOf(expected.values()));
            assertThat(stored.damaged()).isEmpty();
            assertThat(stored.through()).isEqualTo(after);
            assertThat(reader().lastEvents().orElseThrow().kafka().lastOffset())
                    .isEqualTo(offset - 1);
        }
    }

    @Test
    void eventsOfWhichNothingWasToldLaterAreLeftOut() {
        putEvents(ClusterTime.ZERO, "old", time(10));
        putEvents(time(10), "late", time(20));
        putEvents(time(20), "latest", time(200_000));

        assertThat(reader().eventsSince(time(10)).events())
                .extracting(TopologyEventRecord::getId)
                .containsExactly("late", "latest");
    }

    @Test
    void recordsThatTellOfNothingLaterHaveAPlaceBehindTheObjectBefore() {
        putEvents(ClusterTime.ZERO, "one", time(10));
        SealedTimeline again = putEvents(time(10), "two", time(5));

        assertThat(again.through()).isEqualTo(time(10).next());
        assertThat(reader().events().damaged()).isEmpty();
        assertThat(reader().events().events()).hasSize(2);
    }

    @Test
    void theNewestWindowsObjectAloneTellsEverything() {
        putWindows(time(5), time(10), 3);
        Map<String, WindowsRecord> newest = putWindows(time(9), time(90_000), 40);
        putWindows(time(7), time(90_000), 2);

        StoredWindows.Newest found = reader().newestWindows();

        assertThat(found.damaged()).isEmpty();
        assertThat(found.windows().orElseThrow().parts())
                .containsExactlyInAnyOrderElementsOf(newest.values());
        assertThat(found.windows().orElseThrow().archived()).isEqualTo(time(9));
        assertThat(found.windows().orElseThrow().captured()).isEqualTo(time(90_000));
    }

    @Test
    void ofSeveralLivesOfTheConfigServersTheOneThatReachesFurthestIsTold() {
        putWindows(time(5), time(10), 1);
        SealedTimeline later =
                seal(
                        records.windows(time(15), time(20), 1),
                        new Incarnation("00000000000000000000000a"),
                        options);
        later.putTo(store);

        assertThat(reader().newestWindows().windows().orElseThrow().header())
                .isEqualTo(later.header());
    }

    @Test
    void anEmptyBucketAndStrangersAreNoTimeline() {
        store.put("shop/" + LIFE + "/timeline/2023/11/14/notes.txt", body("hello"));
        store.put("shop/" + LIFE + "/timeline/readme", body("hello"));
        store.put("shop/other/timeline/2023/11/14/x.windows", body("hello"));
        store.put(key(time(1), time(2), "thoughts").text(), body("hello"));

        assertThat(reader().newestWindows().windows()).isEmpty();
        assertThat(reader().newestWindows().damaged()).isEmpty();
        assertThat(reader().events().events()).isEmpty();
        assertThat(reader().events().damaged()).isEmpty();
        assertThat(reader().lastEvents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyFlippedBitOfWindowsIsNamedAndTheOneBeforeIsTaken(boolean encrypted)
            throws IOException {
        FrameOptions sealing = encrypted ? options.withKeys(ring()) : options;
        FrameKeys keys = encrypted ? FrameKeys.of(ring()) : FrameKeys.NONE;
        SealedTimeline older = windows(time(5), time(10), 2, sealing);
        SealedTimeline newer = windows(time(8), time(12), 12, sealing);
        byte[] good = bytes(newer);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            ObjectStore damaged = new InMemoryObjectStore();
            older.putTo(damaged);
            damaged.put(newer.header().key().text(), Body.of(bad));
            TimelineReader reader = new TimelineReader(damaged, CLUSTER, keys);

            StoredWindows.Newest found = reader.newestWindows();

            assertThat(found.windows().orElseThrow().header())
                    .as("byte %d", at)
                    .isEqualTo(older.header());
            assertThat(found.damaged())
                    .singleElement()
                    .satisfies(d -> assertThat(d.key()).isEqualTo(newer.header().key().text()));
            assertThatThrownBy(() -> reader.verify(newer.header().key()))
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void everyFlippedBitAndEveryTruncationOfEventsIsNamed() {
        SealedTimeline object = putEvents(ClusterTime.ZERO, "one", time(10));
        String key = object.header().key().text();
        byte[] good = store.readWhole(key, 1 << 20);
        for (int at = 0; at < good.length; at++) {
            byte[] flipped = good.clone();
            flipped[at] ^= (byte) (1 << (at % 8));
            for (byte[] bad : List.of(flipped, Arrays.copyOf(good, at))) {
                ObjectStore damaged = new InMemoryObjectStore();
                damaged.put(key, Body.of(bad));
                TimelineReader reader = new TimelineReader(damaged, CLUSTER, FrameKeys.NONE);

                assertThat(reader.events().damaged())
                        .as("byte %d", at)
                        .singleElement()
                        .satisfies(d -> assertThat(d.key()).isEqualTo(key));
                assertThatThrownBy(() -> reader.verify(object.header().key()))
                        .isInstanceOf(DamagedObjectException.class);
            }
        }
        reader().verify(object.header().key());
    }

    @Test
    void aMissingEventsObjectIsNamed() {
        putEvents(ClusterTime.ZERO, "one", time(10));
        SealedTimeline second = putEvents(time(10), "two", time(20));
        SealedTimeline third = putEvents(time(20), "three", time(30));
        store.delete(second.header().key().text());

        assertThat(reader().events().damaged())
                .singleElement()
                .satisfies(
                        damage -> {
                            assertThat(damage.key()).isEqualTo(third.header().key().text());
                            assertThat(damage.what()).contains(time(10).toString());
                        });
    }

    @Test
    void objectsArePutOnceAndTheSameAgainIsHarmless() {
        store = new FileObjectStore(folder.resolve("bucket"));
        SealedTimeline first = windows(time(5), time(10), 3, options);
        assertThat(first.putTo(store)).isEqualTo(PutOutcome.CREATED);
        assertThat(first.putTo(store)).isEqualTo(PutOutcome.ALREADY_IDENTICAL);
        SealedTimeline other = windows(time(5), time(10), 4, options);
        assertThatThrownBy(() -> other.putTo(store)).isInstanceOf(FencedException.class);
    }

    @Test
    void plainZstdGivesJsonLines() throws IOException {
        SealedTimeline object = putEvents(ClusterTime.ZERO, "one", time(10));
        byte[] stored = store.readWhole(object.header().key().text(), 1 << 20);
        try (ZstdInputStream plain = new ZstdInputStream(new ByteArrayInputStream(stored))) {
            String text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text).startsWith("{\"offset\":0,\"id\":\"one\",\"event\":{\"id\":\"one\",");
            assertThat(text).endsWith("}\n");
        }
    }

    @Test
    void sealedObjectsShowNothingAndNeedTheirKey() throws IOException {
        SealedTimeline object = windows(time(5), time(10), 3, options.withKeys(ring()));
        object.putTo(store);

        StoredWindows.Newest without = reader().newestWindows();
        assertThat(without.windows()).isEmpty();
        assertThat(without.damaged()).singleElement().asString().contains("key 'a'");
        assertThat(
                        new TimelineReader(store, CLUSTER, FrameKeys.of(ring()))
                                .newestWindows()
                                .windows())
                .isPresent();
    }

    private TimelineReader reader() {
        return new TimelineReader(store, CLUSTER, FrameKeys.NONE);
    }

    private EventsWriter writer(ClusterTime after) {
        return new EventsWriter(CLUSTER, after, TOPIC_ID, options);
    }

    private SealedTimeline put(EventsWriter writer) {
        try (SealedTimeline object = writer.seal(LIFE)) {
            object.putTo(store);
            return object;
        }
    }

    private SealedTimeline putEvents(ClusterTime after, String id, ClusterTime at) {
        try (EventsWriter writer = writer(after)) {
            writer.add(0, id, Optional.of(records.event(id, at)));
            return put(writer);
        }
    }

    private Map<String, WindowsRecord> putWindows(
            ClusterTime archived, ClusterTime captured, int n) {
        Map<String, WindowsRecord> parts = records.windows(archived, captured, n);
        try (SealedTimeline object = seal(parts, LIFE, options)) {
            object.putTo(store);
        }
        return parts;
    }

    private SealedTimeline windows(
            ClusterTime archived, ClusterTime captured, int n, FrameOptions sealing) {
        return seal(records.windows(archived, captured, n), LIFE, sealing);
    }

    private static SealedTimeline seal(
            Map<String, WindowsRecord> parts, Incarnation life, FrameOptions sealing) {
        try (WindowsWriter writer = new WindowsWriter(CLUSTER, sealing)) {
            parts.forEach(writer::add);
            return writer.seal(life, new KafkaRange(TOPIC_ID, 0, 9));
        }
    }

    private static byte[] bytes(SealedTimeline object) throws IOException {
        try (var in = object.object().open()) {
            return in.readAllBytes();
        }
    }

    private static ObjectKey key(ClusterTime after, ClusterTime through, String kind) {
        return new ObjectKey.OfTimeline(CLUSTER, LIFE, after, through, kind);
    }

    private static Body body(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private FileKeyRing ring() throws IOException {
        return FileKeyRing.read(Files.writeString(folder.resolve("ring"), RING));
    }
}
