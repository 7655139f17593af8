package io.tidemark.embedded.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.CursorType;
import com.mongodb.ReadConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatedReplicaSetTest {
    @ParameterizedTest
    @EnumSource(ServerVersion.class)
    void theRealDriverReadsWhatItWrote(ServerVersion version) {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0")
                                .version(version)
                                .noopInterval(Duration.ZERO)
                                .start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<Document> orders = client.getDatabase("shop").getCollection("orders");
            orders.insertOne(new Document("_id", 1).append("total", 10));
            orders.insertMany(
                    List.of(new Document("_id", 2).append("total", 5), new Document("total", 7)),
                    new InsertManyOptions().ordered(false));
            orders.updateOne(eq("_id", 1), Updates.inc("total", 5));
            orders.replaceOne(eq("_id", 2), new Document("total", 6));
            orders.deleteOne(eq("total", 7));

            assertThat(orders.find().sort(new Document("_id", 1)).into(new ArrayList<>()))
                    .containsExactly(
                            new Document("_id", 1).append("total", 15),
                            new Document("_id", 2).append("total", 6));
            assertThat(orders.countDocuments()).isEqualTo(2);
        }
    }

    @Test
    void aTailableCursorWaitsForTheNextEntry() throws Exception {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("rs0").noopInterval(Duration.ZERO).start();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<Document> orders = client.getDatabase("shop").getCollection("orders");
            orders.insertOne(new Document("_id", 1));
            MongoCollection<BsonDocument> oplog =
                    client.getDatabase("local")
                            .getCollection("oplog.rs", BsonDocument.class)
                            .withReadConcern(ReadConcern.MAJORITY);
            try (MongoCursor<BsonDocument> cursor =
                    oplog.find(gte("ts", new BsonTimestamp(0)))
                            .cursorType(CursorType.TailableAwait)
                            .maxAwaitTime(500, TimeUnit.MILLISECONDS)
                            .iterator()) {
                List<String> ops = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    ops.add(cursor.next().getString("op").getValue());
                }
                assertThat(ops).containsExactly("n", "n", "c", "i");
                Thread writer =
                        new Thread(
                                () -> {
                                    orders.insertOne(new Document("_id", 2));
                                });
                writer.start();
                assertThat(cursor.next().getDocument("o").getInt32("_id").getValue()).isEqualTo(2);
                writer.join();
            }
        }
    }
}
