package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.RS1;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.registry.InMemorySchemaRegistry;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import io.tidemark.schemas.wire.RecordSerializer;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a fold knows survives the way over the topic, written change by change. */
class WindowsWireTest {
    private static final int SEEDS = 200;
    private static final String TOPIC = "tidemark.shop.windows";

    private final SchemaRegistry registry = new InMemorySchemaRegistry();
    private final RecordSerializer<WindowsRecord> serializer =
            new RecordSerializer<>(registry, WindowsRecord.getClassSchema());
    private final RecordDeserializer<WindowsRecord> deserializer =
            new RecordDeserializer<>(registry, WindowsRecord.class, WindowsRecord.getClassSchema());

    /** The compacted topic, and what the writer remembers of it. */
    private final Map<String, byte[]> topic = new HashMap<>();

    private Map<String, WindowsRecord> written = Map.of();

    @Test
    void whatIsWrittenChangeByChangeIsReadAsOne() {
        System.out.println("seeds 1 to " + SEEDS);
        for (long seed = 1; seed <= SEEDS; seed++) {
            topic.clear();
            written = Map.of();
            Random random = new Random(seed);
            TimelineFold fold = fold();
            for (Entries.At at : inAnyOrder(new Script(seed, 15), random)) {
                fold.accept(at.replicaSet(), at.entry());
                if (random.nextInt(3) > 0) {
                    fold.archived(at.replicaSet(), at.entry().clusterTime());
                }
                if (random.nextInt(8) == 0) {
                    tellMore(fold, random);
                    publish(fold);
                    assertThat(read()).as("seed " + seed).isEqualTo(WindowsContent.of(fold));
                }
            }
        }
    }

    @Test
    void aQuietClusterWritesFrontiersSummariesAndTheWatermarkOnly() {
        TimelineFold fold = fold();
        List.of(CFG, RS0, RS1).forEach(set -> fold.started(set, ClusterTime.ZERO));
        Entries entries = new Entries().quiet(10);
        for (int i = 0; i < 100; i++) {
            entries.log(11 + i, "dropCollection.start", "a.c" + i, "{}");
        }
        entries.quiet(200);
        give(fold, entries);
        publish(fold);
        assertThat(topic).hasSizeGreaterThan(100);

        give(fold, new Entries().quiet(300));
        List<WindowsRecords.Change> changes = publish(fold);

        assertThat(changes)
                .extracting(WindowsRecords.Change::key)
                .containsExactly(
                        "exact/summary",
                        "strict/summary",
                        "member/cfg",
                        "member/rs0",
                        "member/rs1",
                        WindowsRecords.WATERMARK_KEY);
        assertThat(read()).isEqualTo(WindowsContent.of(fold));
    }

    @Test
    void whatVanishedIsTakenAwayAndTheWatermarkClosesEveryChange() {
        TimelineFold fold = fold();
        publish(fold);
        fold.base(new Base("b1", RS0, t(5), t(9)));
        assertThat(publish(fold))
                .extracting(WindowsRecords.Change::key)
                .containsExactly("base/rs0/b1", WindowsRecords.WATERMARK_KEY);
        assertThat(publish(fold)).isEmpty();

        fold.base(new Base("b2", RS0, t(15), t(19)));
        fold.forgetBefore(t(20));
        assertThat(publish(fold))
                .extracting(change -> change.key() + " " + change.record().isPresent())
                .containsExactly(
                        "base/rs0/b1 false",
                        "base/rs0/b2 true",
                        WindowsRecords.WATERMARK_KEY + " true");
    }

    @Test
    void withoutAWatermarkThereIsNoAnswer() {
        Map<String, WindowsRecord> parts = new HashMap<>(parts(fold()));
        parts.remove(WindowsRecords.WATERMARK_KEY);
        assertThat(WindowsRecords.content(parts.values())).isEmpty();
    }

    @Test
    void partsOfAFutureVersionAreLeftAside() {
        WindowsContent content = WindowsContent.of(fold());
        Map<String, WindowsRecord> parts = new HashMap<>(WindowsRecords.parts(content));
        parts.put("someday", new WindowsRecord());
        WindowsRecord other = new WindowsRecord();
        other.setPolicy("lenient");
        other.setSummary(parts.get("exact/summary").getSummary());
        parts.put("lenient/summary", other);
        assertThat(WindowsRecords.content(parts.values())).contains(content);
    }

    private static Map<String, WindowsRecord> parts(TimelineFold fold) {
        return WindowsRecords.parts(WindowsContent.of(fold));
    }

    private List<WindowsRecords.Change> publish(TimelineFold fold) {
        Map<String, WindowsRecord> now = parts(fold);
        List<WindowsRecords.Change> changes = WindowsRecords.changes(written, now);
        for (WindowsRecords.Change change : changes) {
            byte[] value = serializer.serialize(TOPIC, change.record().orElse(null));
            if (value == null) {
                assertThat(topic.remove(change.key())).isNotNull();
            } else {
                topic.put(change.key(), value);
            }
        }
        written = now;
        return changes;
    }

    private WindowsContent read() {
        List<WindowsRecord> parts = new ArrayList<>();
        topic.values().forEach(value -> parts.add(deserializer.deserialize(TOPIC, value)));
        return WindowsRecords.content(parts).orElseThrow();
    }

    private static TimelineFold fold() {
        TimelineFold fold =
                TimelineFold.of(CFG, List.of(new Shard("s0", RS0), new Shard("s1", RS1)));
        fold.started(RS0, t(2));
        return fold;
    }

    private static void tellMore(TimelineFold fold, Random random) {
        ReplicaSet set = random.nextBoolean() ? RS0 : CFG;
        long second = 15 + random.nextInt(300);
        switch (random.nextInt(4)) {
            case 0 -> fold.gap(set, new Gap(t(second), t(second + 4), "rolled over"));
            case 1 -> fold.base(new Base("b" + second, set, t(second), t(second + 5)));
            case 2 -> fold.incarnationChanged(set, t(second), t(second + 3));
            default -> fold.forgetBefore(t(second / 4));
        }
    }

    private static void give(TimelineFold fold, Entries entries) {
        for (Entries.At at : entries.all()) {
            fold.accept(at.replicaSet(), at.entry());
            fold.archived(at.replicaSet(), at.entry().clusterTime());
        }
    }

    /** Each replica set in its order, mixed. */
    private static List<Entries.At> inAnyOrder(Script script, Random random) {
        List<List<Entries.At>> sets = new ArrayList<>();
        script.sets().forEach(set -> sets.add(new ArrayList<>(script.of(set))));
        List<Entries.At> mixed = new ArrayList<>();
        while (!sets.isEmpty()) {
            List<Entries.At> next = sets.get(random.nextInt(sets.size()));
            mixed.add(next.remove(0));
            sets.removeIf(List::isEmpty);
        }
        return mixed;
    }
}
