package io.tidemark.streams;

import static io.tidemark.streams.Oplog.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.chunk.ChunkOwnership;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/** Changelog lines of real clusters through the topology. */
class RealKindsTest {
    @Test
    void theRealChangelogGivesTheOwnersThatConfigChunksNames() throws IOException {
        List<BsonDocument> lines = documents("cfg.config.changelog.bson");
        assertThat(lines).hasSize(3087);
        List<TopologyEvent> events = events(lines);

        assertThat(events)
                .filteredOn(event -> event.kind() == EventKind.MOVE_CHUNK)
                .hasSize(513)
                .allSatisfy(
                        move -> {
                            assertThat(move.outcome()).isEqualTo(Outcome.COMPLETED);
                            assertThat(move.span().startSeen()).isTrue();
                        });
        ChunkOwnership ownership = new ChunkOwnership();
        ownership.applyAll(events);
        Map<String, Map<String, String>> derived = new HashMap<>();
        for (String ns : ownership.namespaces()) {
            Map<String, String> chunks = new HashMap<>();
            ownership.chunks(ns).forEach(c -> chunks.put(key(c.range()), c.owner()));
            derived.put(ns, chunks);
        }
        assertThat(derived).containsAllEntriesOf(realOwners());
    }

    @Test
    void everyKindOfTheFactsFileIsToldAsTheFoldAloneTellsIt() throws IOException {
        Oplog cfg = new Oplog("cfg").startsAsConfig(ClusterTime.ZERO).noop(10);
        long second = 100;
        int kinds = 0;
        for (String json : Files.readAllLines(shared("facts/changelog-kinds.jsonl"))) {
            BsonDocument row = BsonDocument.parse(json);
            if (row.containsKey("what")) {
                // Far apart, and each about a collection of its own: none is another's end.
                second += 100_000;
                cfg.line(t(second), line(row, ++kinds));
            }
        }
        cfg.noop(second + 1);
        assertThat(kinds).isGreaterThan(30);

        List<TopologyEvent> alone = new ArrayList<>();
        TimelineFold fold = TimelineFold.of(cfg.replicaSet(), List.of());
        fold.onEvent(alone::add);
        cfg.records().stream()
                .filter(record -> record.getEntry() != null)
                .forEach(
                        record ->
                                fold.accept(
                                        cfg.replicaSet(), OplogEntry.of(Oplog.entryOf(record))));
        fold.capturedWatermark();
        assertThat(alone).hasSizeGreaterThan(kinds / 2);
        try (Driven driven = new Driven(Map.of("retention", "3650d"))) {
            driven.all(cfg);
            assertThat(driven.told()).isEqualTo(alone);
            assertThat(driven.events()).isEqualTo(last(alone));
        }
    }

    private static List<TopologyEvent> last(List<TopologyEvent> told) {
        Map<String, TopologyEvent> byId = new java.util.LinkedHashMap<>();
        told.forEach(event -> byId.put(event.id(), event));
        return List.copyOf(byId.values());
    }

    /** By their wall clock, which is the only order that a dump keeps. */
    private static List<TopologyEvent> events(List<BsonDocument> lines) {
        lines.sort(Comparator.comparingLong(line -> line.getDateTime("time").getValue()));
        Oplog cfg = new Oplog("cfg").startsAsConfig(ClusterTime.ZERO);
        long increment = 0;
        for (BsonDocument line : lines) {
            long second = line.getDateTime("time").getValue() / 1000;
            cfg.line(new ClusterTime(second, ++increment), line);
        }
        try (Driven driven = new Driven()) {
            driven.all(cfg);
            return driven.events();
        }
    }

    private static Map<String, Map<String, String>> realOwners() throws IOException {
        Map<BsonValue, String> names = new HashMap<>();
        for (BsonDocument collection : documents("cfg.config.collections.bson")) {
            names.put(collection.get("uuid"), collection.getString("_id").getValue());
        }
        Map<String, Map<String, String>> owners = new HashMap<>();
        List<BsonDocument> chunks = documents("cfg.config.chunks.bson");
        assertThat(chunks).hasSize(1028);
        for (BsonDocument chunk : chunks) {
            String range = chunk.getDocument("min").toJson() + chunk.getDocument("max").toJson();
            owners.computeIfAbsent(names.get(chunk.get("uuid")), ns -> new HashMap<>())
                    .put(range, chunk.getString("shard").getValue());
        }
        return owners;
    }

    private static String key(ChunkRange range) {
        return range.min().toBson().toJson() + range.max().toBson().toJson();
    }

    /** A line with the fields that the facts file lists. */
    private static BsonDocument line(BsonDocument row, int number) {
        BsonDocument details = new BsonDocument();
        for (BsonValue listed : row.getArray("details", new BsonArray())) {
            String name = listed.asString().getValue().replaceAll("[?({:].*", "").strip();
            boolean bound = name.equals("min") || name.equals("max");
            details.put(
                    name, bound ? new BsonDocument("_id", new BsonInt32(1)) : new BsonString(name));
        }
        String ns = row.getString("ns").getValue();
        boolean collection = ns.equals("db.coll");
        return new BsonDocument("_id", new BsonString("host-" + number))
                .append("what", row.get("what"))
                .append("ns", new BsonString(collection ? "db.coll" + number : ns))
                .append("details", details);
    }

    private static List<BsonDocument> documents(String file) throws IOException {
        byte[] bytes = Files.readAllBytes(shared("pbm-5.0/" + file));
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<BsonDocument> documents = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += view.getInt(at)) {
            byte[] one = Arrays.copyOfRange(bytes, at, at + view.getInt(at));
            documents.add(new RawBsonDocument(one));
        }
        return documents;
    }

    private static Path shared(String path) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("schemas"))) {
            folder = folder.getParent();
        }
        Optional<Path> found =
                Optional.ofNullable(folder)
                        .map(f -> f.resolveSibling("shared").resolve("data").resolve(path))
                        .filter(Files::exists);
        assumeTrue(found.isPresent(), "skipped: ../shared/data/" + path + " is absent");
        return found.get();
    }
}
