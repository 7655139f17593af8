package io.tidemark.restore;

import static io.tidemark.restore.FollowedSet.AT_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby in a real engine, where {@code TIDEMARK_TEST_MONGO} names an empty one. */
final class RealStandbyTest {
    private static final List<String> DATABASES = List.of("live", "tidemark_restore");

    @TempDir Path folder;
    private String uri;
    private int archived;

    @Test
    void whatFollowedIsPromotedToWhatARestoreOfThatTimePutsThere() {
        uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty();
        try (SimulatedReplicaSet source =
                        SimulatedReplicaSet.builder("rs")
                                .version(ServerVersion.V8_0)
                                .manualTicks()
                                .start();
                FollowedSet standby =
                        new FollowedSet(folder, (name, o) -> new MongoTarget(uri, o))) {
            live(source, standby, 0);
            Runnable killed =
                    () -> {
                        throw new IllegalStateException("killed");
                    };
            assertThatThrownBy(
                            () -> standby.follow(AT_ONCE, () -> live(source, standby, 1), killed))
                    .hasMessage("killed");
            standby.follow(AT_ONCE, () -> live(source, standby, 2), () -> live(source, standby, 3));
            live(source, standby, 4);
            List<OplogEntry> oplog = entries(source);
            ClusterTime time = oplog.get(oplog.size() - 7).clusterTime();

            assertThat(standby.promote(time).verified()).isTrue();
            Map<String, List<String>> promoted = content();
            empty();
            standby.restore(time);

            assertThat(promoted).isEqualTo(content());
            assertThat(promoted.get("live.orders")).hasSizeGreaterThan(100);
        } finally {
            empty();
        }
    }

    /** Another hundred documents, changes of all kinds, and DDL. */
    private void live(SimulatedReplicaSet source, FollowedSet standby, int round) {
        try (MongoClient client = MongoClients.create(source.uri())) {
            MongoDatabase live = client.getDatabase("live");
            MongoCollection<Document> orders = live.getCollection("orders");
            if (round == 0) {
                orders.createIndex(Indexes.ascending("number"), new IndexOptions().unique(true));
                live.createCollection(
                        "capped", new CreateCollectionOptions().capped(true).sizeInBytes(1 << 20));
            }
            List<Document> more = new ArrayList<>();
            for (int i = round * 100; i < (round + 1) * 100; i++) {
                more.add(new Document("_id", i).append("number", i).append("n", List.of(i, "a")));
            }
            orders.insertMany(more);
            orders.updateMany(Filters.mod("_id", 3, 0), Updates.push("n", round));
            orders.updateMany(
                    Filters.mod("_id", 5, 1),
                    Updates.combine(Updates.inc("sum.of", 7L), Updates.unset("n")));
            orders.deleteMany(Filters.mod("_id", 11, 4));
            orders.replaceOne(Filters.eq("_id", round * 100), new Document("number", -1 - round));
            // Two documents change places under a unique index.
            int one = round * 100 + 1;
            orders.updateOne(Filters.eq("_id", one), Updates.set("number", 100_000));
            orders.updateOne(Filters.eq("_id", one + 1), Updates.set("number", one));
            orders.updateOne(Filters.eq("_id", one), Updates.set("number", one + 1));
            live.getCollection("capped").insertOne(new Document("round", round));
            live.getCollection("dropped").insertOne(new Document("round", round));
            live.getCollection("renamed" + round).insertOne(new Document("round", round));
            client.getDatabase("admin")
                    .runCommand(
                            new Document("renameCollection", "live.renamed" + round)
                                    .append("to", "live.kept" + round));
            live.getCollection("dropped").drop();
            live.getCollection("kept" + round).createIndex(Indexes.descending("round"));
        }
        List<OplogEntry> oplog = entries(source);
        standby.archive.slices(
                "rs",
                FollowedSet.ROLE,
                archived == 0 ? ClusterTime.ZERO : oplog.get(archived - 1).clusterTime(),
                oplog.subList(archived, oplog.size()));
        archived = oplog.size();
    }

    private static List<OplogEntry> entries(SimulatedReplicaSet source) {
        return ClusterWorkload.entries(source);
    }

    /** Documents byte for byte, in their order where it counts, and indexes. */
    private Map<String, List<String>> content() {
        Map<String, List<String>> content = new TreeMap<>();
        try (MongoClient client = MongoClients.create(uri)) {
            MongoDatabase live = client.getDatabase("live");
            for (String name : live.listCollectionNames()) {
                List<String> all = new ArrayList<>();
                live.getCollection(name, RawBsonDocument.class)
                        .find()
                        .forEach(d -> all.add(hex(d)));
                if (!name.equals("capped")) {
                    all.sort(null);
                }
                live.getCollection(name)
                        .listIndexes()
                        .forEach(index -> all.add(new TreeMap<>(index).toString()));
                content.put("live." + name, all);
            }
        }
        return content;
    }

    private static String hex(RawBsonDocument document) {
        return HexFormat.of().formatHex(BsonFiles.raw(document).toBytes());
    }

    private void empty() {
        try (MongoClient client = MongoClients.create(uri)) {
            DATABASES.forEach(name -> client.getDatabase(name).drop());
        }
    }
}
