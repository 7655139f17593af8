package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lanes are written side by side, and still everything comes out as if one after the other. */
final class LanesTest {
    private static final Namespace DOCUMENTS = Namespace.of("db.c");
    private final MemoryTarget target = new MemoryTarget();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1|1.0|{$numberLong: '1'}|{$numberDecimal: '1.00'}",
                "0|-0.0|{$numberDecimal: '-0'}|{$numberDecimal: '0E3'}",
                "{$numberLong: '9007199254740993'}|{$numberDecimal: '9007199254740993'}",
                "{$numberDouble: 'NaN'}|{$numberDecimal: 'NaN'}",
                "{$numberDouble: '-Infinity'}|{$numberDecimal: '-Infinity'}",
                "{$numberDouble: '1e300'}|{$numberDecimal: '1E300'}",
                "'x'|{$symbol: 'x'}",
                "{a: 1, b: [2]}|{a: 1.0, b: [{$numberLong: '2'}]}",
            })
    void idsThatAServerFindsEqualShareALane(String ids) {
        assertThat(
                        List.of(ids.split("\\|")).stream()
                                .map(id -> DocumentId.ofDocument(json("{_id: " + id + "}")))
                                .map(DocumentId::equalityHash)
                                .collect(Collectors.toSet()))
                .hasSize(1);
    }

    @Test
    void otherIdsSpreadOverTheLanes() {
        Map<Integer, Integer> lanes = new TreeMap<>();
        for (int i = 0; i < 4_000; i++) {
            int hash = DocumentId.ofDocument(json("{_id: " + i + "}")).equalityHash();
            lanes.merge(Math.floorMod(hash, 4), 1, Integer::sum);
        }
        assertThat(lanes.values()).hasSize(4).allMatch(count -> count > 800);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void documentsEndAsTheOplogLeavesThem(long seed) {
        Random random = new Random(seed);
        Map<Integer, Integer> expected = new TreeMap<>();
        try (ShardReplay replay = replay(target, options(random))) {
            apply(replay, "c", "db.$cmd", "{create: 'c'}", Optional.empty());
            for (int i = 0; i < 3_000; i++) {
                step(replay, random.nextInt(60), random, expected);
            }
            replay.finish();

            assertThat(replay.problems().list()).as("seed %d", seed).isEmpty();
        }
        Map<Integer, Integer> found = new TreeMap<>();
        target.documents(DOCUMENTS).forEach(d -> found.put(number(d, "_id"), number(d, "n")));
        assertThat(found).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void whatATargetRefusesReachesTheReader() {
        ReplayTarget refusing = new Refusing(target);
        try (ShardReplay replay = replay(refusing, new RestoreOptions(4, 1_000, 0, 0, 2, 0))) {
            apply(replay, "c", "db.$cmd", "{create: 'c'}", Optional.empty());
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 100; i++) {
                                    apply(
                                            replay,
                                            "i",
                                            "db.c",
                                            "{_id: " + i + "}",
                                            Optional.empty());
                                }
                                replay.finish();
                            })
                    .hasMessage("no room");
        }
    }

    @Test
    void smallDeltasOfLargeDocumentsNeedNoMoreMemoryThanAMessage() {
        Counting counting = new Counting(target);
        String large = "x".repeat(10_000);
        try (ShardReplay replay = replay(counting, new RestoreOptions(400, 100_000, 0, 0, 1, 0))) {
            apply(replay, "c", "db.$cmd", "{create: 'c'}", Optional.empty());
            for (int i = 0; i < 400; i++) {
                apply(
                        replay,
                        "i",
                        "db.c",
                        "{_id: " + i + ", t: '" + large + "'}",
                        Optional.empty());
            }
            replay.await();
            counting.most.set(0);
            for (int i = 0; i < 400; i++) {
                String key = "{_id: " + i + "}";
                apply(replay, "u", "db.c", "{$v: 2, diff: {u: {n: 1}}}", Optional.of(key));
            }
            replay.finish();
        }
        assertThat(counting.most).hasValueBetween(1, 11);
        assertThat(target.documents(DOCUMENTS)).hasSize(400).allMatch(d -> d.has("n"));
    }

    private void step(ShardReplay replay, int id, Random random, Map<Integer, Integer> expected) {
        String key = "{_id: " + id + "}";
        if (!expected.containsKey(id)) {
            apply(replay, "i", "db.c", "{_id: " + id + ", n: 0}", Optional.empty());
            expected.put(id, 0);
        } else if (random.nextInt(10) == 0) {
            apply(replay, "d", "db.c", key, Optional.empty());
            expected.remove(id);
        } else {
            int n = expected.merge(id, 1, Integer::sum);
            String diff = "{$v: 2, diff: {u: {n: " + n + "}}}";
            apply(replay, "u", "db.c", diff, Optional.of(key));
        }
    }

    private static RestoreOptions options(Random random) {
        return new RestoreOptions(
                1 + random.nextInt(80), 5_000, random.nextInt(2_000), 0, 4, 9_999);
    }

    private static ShardReplay replay(ReplayTarget target, RestoreOptions options) {
        return new ShardReplay(
                ReplayStart.birth(new ReplicaSet("rs"), NamespaceRules.shard()),
                target,
                new MemoryTarget(),
                at -> {
                    throw new AssertionError("nothing is read again");
                },
                options);
    }

    private int next = 1;

    private void apply(ShardReplay replay, String op, String ns, String o, Optional<String> o2) {
        replay.apply(
                OplogEntry.of(
                        json(
                                "{op: '%s', ns: '%s', o: %s, %s ui: {$uuid: '00000000-0000-4000-8000-000000000001'}, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}"
                                        .formatted(
                                                op,
                                                ns,
                                                o,
                                                o2.map(key -> "o2: " + key + ",").orElse(""),
                                                next++))));
    }

    private static int number(RawDocument document, String field) {
        return (int) document.find(field).orElseThrow().number().orElseThrow();
    }

    private static RawDocument json(String text) {
        return BsonFiles.json(text);
    }

    /** Writes that go on while their collection gets another name would make the old one again. */
    @Test
    void renamesAndDropsWaitForTheWritesUnderWay() {
        Slow slow = new Slow(target);
        try (ShardReplay replay = replay(slow, new RestoreOptions(2, 100_000, 0, 0, 2, 0))) {
            apply(replay, "c", "db.$cmd", "{create: 'c'}", Optional.empty());
            for (int i = 0; i < 12; i++) {
                apply(
                        replay,
                        "i",
                        "db." + (i < 6 ? "c" : "d"),
                        "{_id: " + i + "}",
                        Optional.empty());
                if (i == 5) {
                    String rename = "{renameCollection: 'db.c', to: 'db.d', stayTemp: false}";
                    apply(replay, "c", "db.$cmd", rename, Optional.empty());
                }
            }
            apply(replay, "c", "db.$cmd", "{drop: 'd'}", Optional.empty());
            replay.finish();
        }

        assertThat(slow.disturbed).hasValue(0);
        assertThat(target.collections()).isEmpty();
    }

    /** Counts changes of collections that come while writes are under way. */
    private static final class Slow extends Forwarding {
        private final AtomicInteger writing = new AtomicInteger();
        private final AtomicInteger disturbed = new AtomicInteger();

        Slow(ReplayTarget to) {
            super(to);
        }

        @Override
        public void write(
                Namespace namespace,
                List<DocumentWrite> writes,
                BiConsumer<DocumentId, RawDocument> displaced) {
            writing.incrementAndGet();
            LockSupport.parkNanos(5_000_000);
            super.write(namespace, writes, displaced);
            writing.decrementAndGet();
        }

        @Override
        public void rename(Namespace from, Namespace into) {
            disturbed.addAndGet(writing.get());
            super.rename(from, into);
        }

        @Override
        public void drop(Namespace namespace) {
            disturbed.addAndGet(writing.get());
            super.drop(namespace);
        }
    }

    /** Refuses every write. */
    private static final class Refusing extends Forwarding {
        Refusing(ReplayTarget to) {
            super(to);
        }

        @Override
        public void write(
                Namespace namespace,
                List<DocumentWrite> writes,
                BiConsumer<DocumentId, RawDocument> displaced) {
            throw new IllegalStateException("no room");
        }
    }

    /** How many documents come in one message at most. */
    private static final class Counting extends Forwarding {
        private final AtomicInteger most = new AtomicInteger();

        Counting(ReplayTarget to) {
            super(to);
        }

        @Override
        public void write(
                Namespace namespace,
                List<DocumentWrite> writes,
                BiConsumer<DocumentId, RawDocument> displaced) {
            most.accumulateAndGet(writes.size(), Math::max);
            super.write(namespace, writes, displaced);
        }
    }
}
