package io.tidemark.embedded.mongo.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SharedData;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.TransactionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/**
 * The metadata of a simulated 5.0 cluster has the fields, types and order that a real one's has.
 */
class RecordedMetadataTest {
    /** Values of the users' own, whose types say nothing. */
    private static final Set<String> USERS_OWN = Set.of("min", "max", "shardKey", "key", "_id");

    private static List<BsonDocument> recorded(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(SharedData.file("pbm-5.0/" + name));
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<BsonDocument> documents = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += buffer.getInt(at)) {
            documents.add(
                    new RawBsonDocument(Arrays.copyOfRange(bytes, at, at + buffer.getInt(at))));
        }
        return documents;
    }

    private static String shape(BsonDocument document) {
        StringBuilder shape = new StringBuilder();
        document.forEach(
                (name, value) -> {
                    shape.append(name).append(':');
                    shape.append(USERS_OWN.contains(name) ? "?" : shape(value)).append(' ');
                });
        return shape.toString().trim();
    }

    private static String shape(BsonValue value) {
        if (value.isDocument()) {
            return "{" + shape(value.asDocument()) + "}";
        }
        if (value.isArray()) {
            return value.asArray().isEmpty() ? "[]" : "[" + shape(value.asArray().get(0)) + "]";
        }
        return value.getBsonType().name();
    }

    private static Map<String, Set<String>> shapes(
            List<BsonDocument> documents, Function<BsonDocument, String> kind) {
        Map<String, Set<String>> shapes = new TreeMap<>();
        documents.forEach(
                document ->
                        shapes.computeIfAbsent(kind.apply(document), ignored -> new TreeSet<>())
                                .add(shape(document)));
        return shapes;
    }

    private static String what(BsonDocument line) {
        return line.getString("what").getValue();
    }

    @Test
    void changelogLinesAreShapedAsRealOnes() throws IOException {
        Map<String, Set<String>> real =
                shapes(recorded("cfg.config.changelog.bson"), RecordedMetadataTest::what);
        try (Cluster cluster = new Cluster(ServerVersion.V5_0).withOrders()) {
            List<BsonDocument> lines =
                    new ArrayList<>(Contents.of(configServers(cluster), "config.changelog"));
            shapes(lines, RecordedMetadataTest::what)
                    .forEach((what, ours) -> assertThat(real.get(what)).as(what).containsAll(ours));
            assertThat(shapes(lines, RecordedMetadataTest::what).keySet())
                    .contains(
                            "addShard",
                            "shardCollection.start",
                            "split",
                            "moveChunk.commit",
                            "moveChunk.to");
        }
    }

    @Test
    void documentsOfTheConfigDatabaseAreShapedAsRealOnes() throws IOException {
        try (Cluster cluster = new Cluster(ServerVersion.V5_0).withOrders()) {
            cluster.admin("{addShardToZone: 'shard0', zone: 'EU'}");
            cluster.admin("{addShardToZone: 'shard1', zone: 'EU'}");
            cluster.admin("{addShardToZone: 'shard2', zone: 'EU'}");
            cluster.admin(
                    "{updateZoneKeyRange: 'shop.orders', min: {customer: 0}, max: {customer: 5},"
                            + " zone: 'EU'}");
            for (String name :
                    List.of("chunks", "collections", "databases", "shards", "tags", "version")) {
                Set<String> real =
                        shapes(recorded("cfg.config." + name + ".bson"), document -> name)
                                .get(name);
                List<BsonDocument> ours =
                        new ArrayList<>(Contents.of(configServers(cluster), "config." + name));
                assertThat(real).as(name).containsAll(shapes(ours, document -> name).get(name));
            }
        }
    }

    private static Member configServers(Cluster cluster) {
        return new Member("config", cluster.simulated.config(), new Gossip());
    }

    @Test
    void aTwoPhaseCommitsEntriesAreShapedAsRealOnes() throws IOException {
        List<BsonDocument> recorded = new ArrayList<>(recorded("rs1.pitr1.oplog.bson"));
        Map<String, Set<String>> real = shapes(recorded, RecordedMetadataTest::kind);
        try (Cluster cluster = new Cluster(ServerVersion.V5_0).withOrders()) {
            String session =
                    "lsid: {id: {$uuid: '00000000-0000-4000-8000-000000000007'}}, txnNumber:"
                            + " {$numberLong: '0'}, autocommit: false";
            cluster.run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: 1, customer: 1}], startTransaction: true,"
                            + " "
                            + session
                            + "}");
            cluster.run(
                    "shop",
                    "{insert: 'orders', documents: [{_id: 2, customer: 101}], " + session + "}");
            BsonTimestamp before = cluster.now();
            TransactionId id =
                    new TransactionId(
                            Bson.session(
                                    BsonDocument.parse("{" + session + "}").getDocument("lsid")),
                            0);
            cluster.simulated.router().coordinateCommit(id).finish();
            SimulatedReplicaSet coordinator = cluster.simulated.shards().get("shard0");
            Map<String, Set<String>> ours =
                    shapes(cluster.oplog(coordinator, before), RecordedMetadataTest::kind);
            for (String kind :
                    List.of(
                            "i config.transaction_coordinators",
                            "u config.transaction_coordinators",
                            "d config.transaction_coordinators",
                            "commitTransaction")) {
                assertThat(real.get(kind)).as(kind).containsAll(ours.get(kind));
            }
        }
    }

    private static String kind(BsonDocument entry) {
        String op = entry.getString("op").getValue();
        return op.equals("c")
                ? entry.getDocument("o").getFirstKey()
                : op + " " + entry.getString("ns").getValue();
    }
}
