package io.tidemark.bench;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bson.BsonDocument;

/** What an oplog is made of. The percentages are of operations; what is left is inserts. */
enum ReplayMix {
    /** Nothing but new documents. */
    INSERTS(ServerVersion.V8_0, true, 100, 0, 0, 0),
    /** {@code $v: 2} deltas of documents that fit into the cache. */
    CACHED_UPDATES(ServerVersion.V8_0, true, 20, 80, 0, 0),
    /** {@code $v: 1} deltas, each of which needs its document read from the target. */
    UNCACHED_UPDATES(ServerVersion.V4_4, false, 50, 50, 0, 0),
    /** Half of the documents first; then inserts, {@code $v: 2} deltas, deletes, transactions. */
    MIXED(ServerVersion.V8_0, true, 50, 30, 5, 10);

    private static final int BATCH = 1_000;
    private static final int TRANSACTION = 10;

    private final ServerVersion version;
    private final boolean cached;
    private final int first;
    private final int updates;
    private final int deletes;
    private final int transactions;

    /**
     * @param first inserted before anything else
     */
    ReplayMix(
            ServerVersion version,
            boolean cached,
            int first,
            int updates,
            int deletes,
            int transactions) {
        this.version = version;
        this.cached = cached;
        this.first = first;
        this.updates = updates;
        this.deletes = deletes;
        this.transactions = transactions;
    }

    /** False where the restore is run without a cache of documents. */
    boolean isCached() {
        return cached;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Writes the workload to a simulated replica set; its oplog. */
    List<OplogEntry> oplog(Workload workload) {
        try (SimulatedReplicaSet set =
                        SimulatedReplicaSet.builder("bench")
                                .version(version)
                                .newestOnly()
                                .oplogMaxBytes(8L << 30)
                                .start();
                MongoClient client = MongoClients.create(set.uri())) {
            new Writer(client, workload).run();
            return set.oplog().stream().map(e -> OplogEntry.of(SourceData.bytes(e))).toList();
        }
    }

    /** Writes in the order in which an oplog then has it. One thread. */
    private final class Writer {
        private final MongoClient client;
        private final MongoCollection<BsonDocument> collection;
        private final Workload workload;
        private final Random random = new Random(7);
        private final DocumentMaker maker;
        private final List<WriteModel<BsonDocument>> batch = new ArrayList<>(BATCH);
        private int inserted;
        private int deleted;

        Writer(MongoClient client, Workload workload) {
            this.client = client;
            this.collection =
                    client.getDatabase("bench").getCollection("documents", BsonDocument.class);
            this.workload = workload;
            this.maker = new DocumentMaker(random, workload.documentBytes());
        }

        void run() {
            int before = (int) ((long) workload.entries() * first / 100);
            for (int i = 0; i < before; i++) {
                add(insert());
            }
            int rest = 100 - first;
            for (int i = before; i < workload.entries(); i++) {
                int dice = random.nextInt(Math.max(1, rest));
                if (dice < updates) {
                    add(update());
                } else if (dice < updates + deletes && deleted < inserted / 2) {
                    // From the oldest on, which nobody else touches any more.
                    add(new DeleteOneModel<>(Filters.eq("_id", (long) deleted++)));
                } else if (dice < updates + deletes + transactions) {
                    i += transaction() - 1;
                } else {
                    add(insert());
                }
            }
            flush();
        }

        private WriteModel<BsonDocument> insert() {
            return new InsertOneModel<>(maker.make(inserted++));
        }

        private WriteModel<BsonDocument> update() {
            return new UpdateOneModel<>(
                    Filters.eq("_id", someId()),
                    Updates.combine(
                            Updates.set("amount", random.nextInt(1_000_000) / 100.0),
                            Updates.set("state.changed", random.nextInt())));
        }

        private long someId() {
            return deleted + (long) (random.nextDouble() * (inserted - deleted));
        }

        private int transaction() {
            flush();
            try (ClientSession session = client.startSession()) {
                session.startTransaction();
                for (int i = 0; i < TRANSACTION; i++) {
                    collection.updateOne(
                            session, Filters.eq("_id", someId()), Updates.inc("customer", 1));
                }
                session.commitTransaction();
            }
            return TRANSACTION;
        }

        private void add(WriteModel<BsonDocument> write) {
            batch.add(write);
            if (batch.size() == BATCH) {
                flush();
            }
        }

        private void flush() {
            if (!batch.isEmpty()) {
                collection.bulkWrite(batch, new BulkWriteOptions().ordered(true));
                batch.clear();
            }
        }
    }
}
