package io.tidemark.sink.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.sink.FaultyStore;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.InMemoryObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StorageException;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.timeline.StoredEvents;
import io.tidemark.storage.timeline.StoredWindows;
import io.tidemark.storage.timeline.TimelineReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Real archiver and bucket; topics, crashes and outages by seed. */
final class TimelineArchiverTest {
    private static final int SEEDS = 50;
    private static final ClusterName CLUSTER = new ClusterName("shop");
    private static final Incarnation LIFE = new Incarnation("65f0000000000000000000cf");
    private ObjectStore store;
    private MemoryTimelineTopics topics;
    private MemoryTimelineTopics.Reader reader;

    @Test
    void whateverDiesInBetweenEventsAreStoredOnceAndPicturesAreTrue() {
        System.out.println("seeds 1 to " + SEEDS);
        for (long seed = 1; seed <= SEEDS; seed++) {
            begin(seed);
            Random random = new Random(seed);
            TimelineScript script = new TimelineScript(seed);
            ObjectStore faulty = new FaultyStore(store, random, 30);
            TimelineArchiver archiver = archiver(faulty, Duration.ofMillis(1));
            for (int step = 0; step < 150; step++) {
                if (random.nextInt(4) == 0) {
                    topics.publish(script.round());
                }
                try {
                    archiver.step();
                } catch (StorageException cut) {
                    archiver.abandon();
                    archiver = archiver(faulty, Duration.ofMillis(1));
                }
                if (random.nextInt(25) == 0) {
                    topics.kill(reader);
                    archiver = archiver(faulty, Duration.ofMillis(1));
                }
                if (step % 10 == 0) {
                    requireTrue(seed, script);
                }
            }
            archiver.abandon();
            finish();

            requireTrue(seed, script);
            requireEverything(seed, script);
        }
    }

    @Test
    void twoArchiversThatBothThinkTheyOwnTheTopicsHarmNothing() {
        for (long seed = 100; seed < 100 + SEEDS; seed++) {
            begin(seed);
            TimelineScript script = new TimelineScript(seed);
            TimelineArchiver one = archiver(store, Duration.ofMillis(1));
            TimelineArchiver other = archiver(store, Duration.ofMillis(1));
            Random random = new Random(seed);
            for (int step = 0; step < 150; step++) {
                if (random.nextInt(4) == 0) {
                    topics.publish(script.round());
                }
                (random.nextBoolean() ? one : other).step();
            }
            one.abandon();
            other.abandon();
            finish();

            requireTrue(seed, script);
            requireEverything(seed, script);
        }
    }

    @Test
    void aTopicMadeAnewIsReadFromItsBeginning() {
        begin(1);
        TimelineScript script = new TimelineScript(1);
        publish(script, 5);
        finish();
        for (TimelineTopics.Topic topic : TimelineTopics.Topic.values()) {
            topics.recreate(topic);
        }
        TimelineScript again = new TimelineScript(1);
        publish(again, 9);
        finish();

        requireTrue(1, again);
        assertThat(reader().events().events()).isEqualTo(TimelineScript.standing(again.events));
    }

    @Test
    void atMostOnePictureIsPutInAnInterval() {
        begin(1);
        TimelineScript script = new TimelineScript(1);
        TimelineArchiver archiver = archiver(store, Duration.ofHours(1));
        for (int round = 0; round < 30; round++) {
            topics.publish(script.round());
            for (int step = 0; step < 20; step++) {
                archiver.step();
            }
        }
        assertThat(keys(ObjectKey.OfTimeline.WINDOWS)).isEqualTo(1);
        assertThat(keys(ObjectKey.OfTimeline.EVENTS)).isEqualTo(1);

        archiver.close();

        assertThat(keys(ObjectKey.OfTimeline.WINDOWS)).isEqualTo(2);
        requireEverything(1, script);
    }

    @Test
    void withoutTopicsAndWithoutSlicesNothingIsPut() {
        store = new InMemoryObjectStore();
        topics = new MemoryTimelineTopics(new Random(1));
        TimelineArchiver archiver = archiver(store, Duration.ofMillis(1));
        for (int step = 0; step < 20; step++) {
            archiver.step();
        }
        publish(new TimelineScript(1), 3);
        for (int step = 0; step < 20; step++) {
            archiver.step();
        }
        archiver.close();

        assertThat(keys(ObjectKey.OfTimeline.WINDOWS)).isZero();
        assertThat(keys(ObjectKey.OfTimeline.EVENTS)).isZero();
    }

    private void begin(long seed) {
        store = new InMemoryObjectStore();
        topics = new MemoryTimelineTopics(new Random(seed));
        // The config servers' oplog is in the bucket.
        new GapObject(
                        CLUSTER,
                        LIFE,
                        new ReplicaSet(TimelineScript.CONFIG_SET),
                        new Gap(new ClusterTime(1, 1), new ClusterTime(2, 1), "a test"),
                        Optional.empty())
                .putTo(store);
    }

    private void publish(TimelineScript script, int rounds) {
        for (int i = 0; i < rounds; i++) {
            topics.publish(script.round());
        }
    }

    private void finish() {
        TimelineArchiver last = archiver(store, Duration.ofMillis(1));
        topics.commitEvents();
        for (int step = 0; step < 300; step++) {
            last.step();
        }
        last.close();
    }

    private TimelineArchiver archiver(ObjectStore over, Duration interval) {
        TimelineSettings settings =
                new TimelineSettings(
                        CLUSTER,
                        interval,
                        1 << 20,
                        Duration.ofSeconds(20),
                        FrameOptions.defaults().withFrameBytes(1024),
                        topics::event,
                        topics::part);
        reader = topics.reader();
        TimelineArchiver archiver = new TimelineArchiver(reader, settings, over, Clock.systemUTC());
        archiver.start();
        return archiver;
    }

    /** What is in the bucket now was once exactly so, and its events are there. */
    private void requireTrue(long seed, TimelineScript script) {
        StoredWindows.Newest newest = reader().newestWindows();
        assertThat(newest.damaged()).as("seed " + seed).isEmpty();
        StoredEvents events = reader().events();
        assertThat(events.damaged()).as("seed " + seed).isEmpty();
        if (newest.windows().isPresent()) {
            StoredWindows stored = newest.windows().get();
            TimelineScript.Truth truth = script.truths.get(stored.captured().toString());
            assertThat(stored.parts())
                    .as("seed %d at %s", seed, stored.captured())
                    .containsExactlyInAnyOrderElementsOf(truth.parts().values());
            long told =
                    reader().lastEvents().map(header -> header.kafka().lastOffset()).orElse(-1L);
            assertThat(told)
                    .as("seed %d: the last event that the picture at %s rests on", seed, stored)
                    .isGreaterThanOrEqualTo(topics.offsetOfEvent(truth.events()));
        }
    }

    private void requireEverything(long seed, TimelineScript script) {
        assertThat(reader().events().events())
                .as("seed " + seed)
                .isEqualTo(TimelineScript.standing(script.events));
        assertThat(StoredLines.offsetsOfEvents(store))
                .as("seed " + seed)
                .isEqualTo(topics.offsetsOfEvents());
        assertThat(reader().newestWindows().windows().orElseThrow().captured())
                .as("seed " + seed)
                .isEqualTo(script.captured());
    }

    private int keys(String kind) {
        return StoredLines.keys(store, kind).size();
    }

    private TimelineReader reader() {
        return new TimelineReader(store, CLUSTER, FrameKeys.NONE);
    }
}
