package io.tidemark.bench;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertManyOptions;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.RawBsonDocument;

/** A replica set whose oplog holds the workload: inserts, the entries with the most bytes. */
final class SourceData implements AutoCloseable {
    private static final int BATCH = 1_000;
    private static final int OPLOG_BATCH = 10_000;

    private final SimulatedReplicaSet set;
    private final MongoClient client;

    private SourceData(SimulatedReplicaSet set) {
        this.set = set;
        this.client = MongoClients.create(set.uri());
    }

    /** Starts the server and writes. */
    static SourceData write(Workload workload) {
        SourceData data =
                new SourceData(
                        SimulatedReplicaSet.builder("bench")
                                .newestOnly()
                                .oplogMaxBytes(8L << 30)
                                .start());
        data.fill(workload);
        return data;
    }

    private void fill(Workload workload) {
        MongoCollection<BsonDocument> documents =
                client.getDatabase("bench").getCollection("documents", BsonDocument.class);
        DocumentMaker maker = new DocumentMaker(new Random(7), workload.documentBytes());
        List<BsonDocument> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < workload.entries(); i++) {
            batch.add(maker.make(i));
            if (batch.size() == BATCH || i == workload.entries() - 1) {
                documents.insertMany(batch, new InsertManyOptions().ordered(false));
                batch.clear();
            }
        }
    }

    String uri() {
        return set.uri();
    }

    /** The address of a member that can be read. */
    String member() {
        return set.members().get(0).address();
    }

    /** Reads the documents of ids from one, inclusive, to the other, exclusive. */
    void find(long from, long to, Consumer<RawBsonDocument> each) {
        MongoCollection<RawBsonDocument> documents =
                client.getDatabase("bench").getCollection("documents", RawBsonDocument.class);
        documents
                .find(Filters.and(Filters.gte("_id", from), Filters.lt("_id", to)))
                .batchSize(OPLOG_BATCH)
                .forEach(each);
    }

    /** One small document into another collection, acknowledged. */
    void write(String collection, long id) {
        client.getDatabase("bench")
                .getCollection(collection, BsonDocument.class)
                .insertOne(new BsonDocument("_id", new BsonInt64(id)));
    }

    /** Reads the whole oplog as fast as the driver does. */
    long drain(Consumer<RawBsonDocument> to) {
        MongoCollection<RawBsonDocument> oplog =
                client.getDatabase("local").getCollection("oplog.rs", RawBsonDocument.class);
        long entries = 0;
        try (MongoCursor<RawBsonDocument> cursor = oplog.find().batchSize(OPLOG_BATCH).iterator()) {
            while (cursor.hasNext()) {
                to.accept(cursor.next());
                entries++;
            }
        }
        return entries;
    }

    /** The oplog's entries. */
    List<OplogEntry> entries() {
        List<OplogEntry> entries = new ArrayList<>();
        drain(raw -> entries.add(OplogEntry.of(bytes(raw))));
        return entries;
    }

    static byte[] bytes(RawBsonDocument raw) {
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        client.close();
        set.close();
    }
}
