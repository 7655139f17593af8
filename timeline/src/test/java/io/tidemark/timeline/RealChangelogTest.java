package io.tidemark.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.chunk.ChunkOwnership;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The changelog of a real two-shard 5.0 cluster, from nothing to its 1,028 chunks. */
class RealChangelogTest {
    private Path folder;

    @BeforeEach
    void findsTheSharedData() {
        Optional<Path> found = Doc.shared("data/pbm-5.0");
        assumeTrue(found.isPresent(), "skipped: ../shared/data/pbm-5.0 is absent");
        folder = found.get();
    }

    @Test
    void everyRealMoveIsPaired() {
        List<TopologyEvent> moves =
                events(lines()).stream().filter(e -> e.kind() == EventKind.MOVE_CHUNK).toList();

        assertThat(moves).hasSize(513);
        assertThat(moves)
                .allSatisfy(
                        move -> {
                            assertThat(move.outcome()).isEqualTo(Outcome.COMPLETED);
                            assertThat(move.span().startSeen()).isTrue();
                            assertThat(move.evidence())
                                    .extracting("what")
                                    .containsExactly(
                                            "moveChunk.start",
                                            "moveChunk.to",
                                            "moveChunk.commit",
                                            "moveChunk.from");
                        });
    }

    @Test
    void ownersDerivedFromEventsEqualConfigChunks() {
        ChunkOwnership ownership = new ChunkOwnership();
        ownership.applyAll(events(lines()));

        Map<String, Map<ChunkRange, String>> real = realChunks();
        assertThat(real.values().stream().mapToInt(Map::size).sum()).isEqualTo(1028);
        int equal = 0;
        for (String ns : real.keySet()) {
            Map<ChunkRange, String> derived = new HashMap<>();
            ownership.chunks(ns).forEach(c -> derived.put(c.range(), c.owner()));
            assertThat(derived).as(ns).isEqualTo(real.get(ns));
            equal += derived.size();
        }
        System.out.println("chunks whose owner equals config.chunks: " + equal + " of 1028");
    }

    @Test
    void linesOfOneMillisecondMayComeInAnyOrder() {
        for (long seed = 1; seed <= 5; seed++) {
            System.out.println("seed " + seed);
            List<RawDocument> shuffled = lines();
            java.util.Collections.shuffle(shuffled, new Random(seed));
            ChunkOwnership ownership = new ChunkOwnership();
            ownership.applyAll(events(shuffled));
            assertThat(ownership.chunks("config.system.sessions")).hasSize(1024);
            assertThat(ownership.chunks("trx.test")).hasSize(4);
        }
    }

    private List<RawDocument> lines() {
        List<RawDocument> lines =
                new ArrayList<>(Doc.all(folder.resolve("cfg.config.changelog.bson")));
        assertThat(lines).hasSize(3087);
        return lines;
    }

    /** By their wall clock, which is the only order that a dump keeps. */
    private static List<TopologyEvent> events(List<RawDocument> lines) {
        lines.sort(Comparator.comparingLong(RealChangelogTest::millis));
        Entries entries = new Entries();
        long increment = 0;
        for (RawDocument line : lines) {
            entries.line(new ClusterTime(millis(line) / 1000, ++increment), line);
        }
        TimelineFold fold = TimelineFold.of(Entries.CFG, List.of());
        entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        return fold.events();
    }

    private Map<String, Map<ChunkRange, String>> realChunks() {
        Map<UUID, String> names = new HashMap<>();
        for (RawDocument c : Doc.all(folder.resolve("cfg.config.collections.bson"))) {
            UUID uuid = c.find("uuid").flatMap(RawElement::uuid).orElseThrow();
            names.put(uuid, c.string("_id").orElseThrow());
        }
        Map<String, Map<ChunkRange, String>> chunks = new HashMap<>();
        for (RawDocument chunk : Doc.all(folder.resolve("cfg.config.chunks.bson"))) {
            UUID uuid = chunk.find("uuid").flatMap(RawElement::uuid).orElseThrow();
            chunks.computeIfAbsent(names.get(uuid), ns -> new HashMap<>())
                    .put(ChunkRange.of(chunk).orElseThrow(), chunk.string("shard").orElseThrow());
        }
        return chunks;
    }

    private static long millis(RawDocument line) {
        return line.find("time").orElseThrow().dateMillis().orElseThrow();
    }
}
