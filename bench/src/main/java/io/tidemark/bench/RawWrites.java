package io.tidemark.bench;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.RawBsonDocument;

/**
 * Writes known documents with nothing but the driver, as durably as a restore does: what a target
 * takes at most, and what it takes one write at a time.
 */
final class RawWrites {
    private static final int BULK = 1_000;
    private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

    private RawWrites() {}

    /**
     * Unordered bulks over several connections, a document's writes always over the same one.
     *
     * @return writes per second
     */
    static double bulks(String uri, List<ReplayedWrites.Write> writes, int connections)
            throws Exception {
        List<List<WriteModel<RawBsonDocument>>> shares = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            shares.add(new ArrayList<>());
        }
        for (ReplayedWrites.Write write : writes) {
            shares.get(Math.floorMod(write.id().hashCode(), connections)).add(model(write));
        }
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try (MongoClient client = client(uri)) {
            MongoCollection<RawBsonDocument> collection = documents(client);
            return Stopwatch.perSecond(
                    writes.size(),
                    () -> {
                        List<Future<?>> running = new ArrayList<>();
                        shares.forEach(
                                share ->
                                        running.add(threads.submit(() -> send(collection, share))));
                        for (Future<?> one : running) {
                            one.get();
                        }
                        return null;
                    });
        } finally {
            threads.shutdownNow();
        }
    }

    private static void send(
            MongoCollection<RawBsonDocument> collection, List<WriteModel<RawBsonDocument>> all) {
        for (int from = 0; from < all.size(); from += BULK) {
            List<WriteModel<RawBsonDocument>> some =
                    all.subList(from, Math.min(from + BULK, all.size()));
            // An update must not come before the insert of its document.
            sendThose(collection, some, InsertOneModel.class);
            sendThose(collection, some, ReplaceOneModel.class);
            sendThose(collection, some, DeleteOneModel.class);
        }
    }

    private static void sendThose(
            MongoCollection<RawBsonDocument> collection,
            List<WriteModel<RawBsonDocument>> all,
            Class<?> kind) {
        List<WriteModel<RawBsonDocument>> those = all.stream().filter(kind::isInstance).toList();
        if (!those.isEmpty()) {
            collection.bulkWrite(those, new BulkWriteOptions().ordered(false));
        }
    }

    /**
     * One write, one round trip, as an engine works that replays entry by entry; it is even told
     * what every update leaves.
     *
     * @return writes per second
     */
    static double serial(String uri, List<ReplayedWrites.Write> writes) throws Exception {
        try (MongoClient client = client(uri)) {
            MongoCollection<RawBsonDocument> collection = documents(client);
            return Stopwatch.perSecond(
                    writes.size(),
                    () -> {
                        for (ReplayedWrites.Write write : writes) {
                            collection.bulkWrite(List.of(model(write)));
                        }
                        return null;
                    });
        }
    }

    private static WriteModel<RawBsonDocument> model(ReplayedWrites.Write write) {
        RawBsonDocument byId = write.id().asFilter().toBson();
        return switch (write.op()) {
            case "i" -> new InsertOneModel<>(write.document().orElseThrow().toBson());
            case "u" ->
                    new ReplaceOneModel<>(byId, write.document().orElseThrow().toBson(), UPSERT);
            default -> new DeleteOneModel<>(byId);
        };
    }

    private static MongoCollection<RawBsonDocument> documents(MongoClient client) {
        return client.getDatabase("bench").getCollection("documents", RawBsonDocument.class);
    }

    static MongoClient client(String uri) {
        return MongoClients.create(
                MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString(uri))
                        .writeConcern(WriteConcern.MAJORITY.withJournal(true))
                        .build());
    }
}
