package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of changelog line that is known of 3.6 to 8.0, and unknown ones. */
class ChangelogKindsTest {
    /** What each kind of line alone becomes: the event's kind, and whether it stays open. */
    private static final Map<String, String> EXPECTED =
            Map.ofEntries(
                    Map.entry("moveChunk.start", "MOVE_CHUNK open"),
                    Map.entry("moveChunk.commit", "MOVE_CHUNK ended"),
                    Map.entry("moveChunk.validating", "MOVE_CHUNK ended"),
                    Map.entry("moveChunk.error", "MOVE_CHUNK ended"),
                    Map.entry("moveChunk.from", "MOVE_CHUNK ended"),
                    Map.entry("moveChunk.to", "MOVE_CHUNK ended"),
                    Map.entry("split", "SPLIT ended"),
                    Map.entry("multi-split", "SPLIT ended"),
                    Map.entry("merge", "MERGE ended"),
                    Map.entry("shardCollection.start", "SHARD_COLLECTION open"),
                    Map.entry("shardCollection.end", "SHARD_COLLECTION ended"),
                    Map.entry("dropCollection.start", "DROP_COLLECTION open"),
                    Map.entry("dropCollection", "DROP_COLLECTION ended"),
                    Map.entry("dropDatabase.start", "DROP_DATABASE open"),
                    Map.entry("dropDatabase", "DROP_DATABASE ended"),
                    Map.entry("movePrimary.start", "MOVE_PRIMARY open"),
                    Map.entry("movePrimary", "MOVE_PRIMARY ended"),
                    Map.entry("movePrimary.commit", "MOVE_PRIMARY ended"),
                    Map.entry("movePrimary.error", "MOVE_PRIMARY ended"),
                    Map.entry("movePrimary.validating", "none"),
                    Map.entry("addShard", "ADD_SHARD ended"),
                    Map.entry("removeShard.start", "REMOVE_SHARD open"),
                    Map.entry("removeShard", "REMOVE_SHARD ended"),
                    Map.entry("Sharding minOpTime recovery", "TECHNICAL ended"),
                    Map.entry("Linearize CSRS reads", "TECHNICAL ended"),
                    Map.entry("refineCollectionShardKey.start", "REFINE_SHARD_KEY open"),
                    Map.entry("refineCollectionShardKey.end", "REFINE_SHARD_KEY ended"),
                    Map.entry("renameCollection.start", "RENAME_COLLECTION open"),
                    Map.entry("renameCollection.end", "RENAME_COLLECTION ended"),
                    Map.entry("renameCollection.metadata", "none"),
                    Map.entry("resharding.coordinator.transition", "RESHARD_COLLECTION open"));

    @Test
    void everyKindOfTheFactsFileIsRead() throws IOException {
        for (String json : lines("changelog-kinds.jsonl")) {
            BsonDocument row = BsonDocument.parse(json);
            if (row.containsKey("what")) {
                String what = row.getString("what").getValue();
                assertThat(EXPECTED).as(json).containsKey(what);
                assertThat(alone(what, namespace(row), details(row)))
                        .as(json)
                        .isEqualTo(EXPECTED.get(what));
                assertThat(events(what, namespace(row), new BsonDocument()))
                        .as("details {} of " + json)
                        .hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void everyExampleSeenInPublicIsRead() throws IOException {
        for (String json : lines("changelog-examples.jsonl")) {
            BsonDocument doc = BsonDocument.parse(json).getDocument("doc");
            String what = doc.getString("what").getValue();
            String ns = doc.getString("ns", new BsonString("")).getValue();
            List<TopologyEvent> events = events(what, ns, doc.getDocument("details"));
            assertThat(events).as(json).hasSize(1);
            assertThat(events.get(0).kind().name() + (events.get(0).isOpen() ? " open" : " ended"))
                    .as(json)
                    .isEqualTo(EXPECTED.get(what));
            boolean aboutChunks = what.startsWith("moveChunk") || what.contains("split");
            assertThat(events.get(0).chunks().isEmpty()).as(json).isEqualTo(!aboutChunks);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "createCollection.start, CREATE_COLLECTION open",
        "createCollection.end, CREATE_COLLECTION ended",
        "createDatabase.start, CREATE_DATABASE open",
        "createDatabase, CREATE_DATABASE ended",
        "movePrimary.end, MOVE_PRIMARY ended",
        "autoMerge, MERGE ended",
        "autoMerge.start, BALANCING ended",
        "autoMerge.end, BALANCING ended",
        "autoMerge.enable, BALANCING ended",
        "autoMerge.disable, BALANCING ended",
        "configureCollectionBalancing, BALANCING ended",
        "setPermitMigrations, BALANCING ended",
        "setClusterParameter.start, SET_CLUSTER_PARAMETER open",
        "setClusterParameter.end, SET_CLUSTER_PARAMETER ended",
        "convertToCapped.start, CONVERT_TO_CAPPED open",
        "convertToCapped.end, CONVERT_TO_CAPPED ended",
        "untrackCollection.start, UNTRACK_COLLECTION open",
        "untrackCollection.end, UNTRACK_COLLECTION ended",
        "somethingNew, UNKNOWN ended",
        "somethingNew.start, UNKNOWN open",
        "somethingNew.end, UNKNOWN ended",
    })
    void laterKindsAndUnknownOnesAreRead(String what, String expected) {
        assertThat(alone(what, "shop.orders", new BsonDocument())).isEqualTo(expected);
    }

    @Test
    void theSwappedMetadataLineOf80BelongsToItsRename() {
        String sentence = "shop.a to shop.b: dropped target collection and renamed source";
        for (boolean swapped : new boolean[] {false, true}) {
            String kind = "renameCollection.metadata";
            TimelineFold fold = TimelineFold.of(CFG, List.of());
            String names = "{source:'shop.a', destination:'shop.b'}";
            Entries entries = new Entries().log(10, "renameCollection.start", "shop.a", names);
            // Written as its version does: with the two fields changed about, or not.
            entries.log(11, swapped ? sentence : kind, swapped ? kind : sentence, "{}");
            entries.log(12, "renameCollection.end", "shop.a", names);
            entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));

            assertThat(fold.events()).hasSize(1);
            TopologyEvent rename = fold.events().get(0);
            assertThat(rename.target()).isEqualTo("shop.b");
            assertThat(rename.evidence()).extracting("what").contains(kind).hasSize(3);
            assertThat(rename.through()).contains(t(12));
        }
    }

    private static String alone(String what, String ns, BsonDocument details) {
        List<TopologyEvent> events = events(what, ns, details);
        if (events.isEmpty()) {
            return "none";
        }
        assertThat(events).hasSize(1);
        TopologyEvent event = events.get(0);
        boolean open = event.outcome() == Outcome.OPEN;
        assertThat(event.isOpen()).isEqualTo(open);
        if (event.kind() == EventKind.UNKNOWN) {
            assertThat(what).startsWith(event.what());
        }
        return event.kind() + (open ? " open" : " ended");
    }

    private static List<TopologyEvent> events(String what, String ns, BsonDocument details) {
        TimelineFold fold = TimelineFold.of(CFG, List.of());
        new Entries()
                .log(10, what, ns, "", details)
                .all()
                .forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        return fold.events();
    }

    private static String namespace(BsonDocument row) {
        String ns = row.getString("ns").getValue();
        return ns.startsWith("a sentence") ? "db.a to db.b: dropped target collection." : ns;
    }

    /** A document with the fields that the facts file lists. */
    private static BsonDocument details(BsonDocument row) {
        BsonDocument details = new BsonDocument();
        for (var listed : row.getArray("details", new BsonArray())) {
            String name = listed.asString().getValue().replaceAll("[?({:].*", "").strip();
            boolean bound = name.equals("min") || name.equals("max");
            details.put(
                    name, bound ? new BsonDocument("_id", new BsonInt32(1)) : new BsonString(name));
        }
        return details;
    }

    private static List<String> lines(String file) throws IOException {
        Optional<Path> found = Doc.shared("data/facts/" + file);
        assumeTrue(found.isPresent(), "skipped: ../shared/data/facts/" + file + " is absent");
        List<String> lines = Files.readAllLines(found.get());
        assertThat(lines).isNotEmpty();
        return lines.stream().filter(line -> !line.isBlank()).toList();
    }
}
