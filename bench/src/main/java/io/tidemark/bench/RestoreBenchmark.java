package io.tidemark.bench;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.RawBsonDocument;

/**
 * Bucket to server: a replica set restored from its first entry on. Ceiling: the same documents
 * written to the same kind of server by unordered bulk writes.
 */
final class RestoreBenchmark implements Benchmark {
    private static final String OURS = "restore";
    private static final int BULK = 1_000;
    private static final long SLICE_BYTES = 32L << 20;
    private static final ClusterName CLUSTER = new ClusterName("bench");

    @Override
    public Measured run(Workload workload, Path folder, Notes notes) throws Exception {
        notes.say("Archiving " + workload.entries() + " entries …");
        List<OplogEntry> entries;
        try (SourceData source = SourceData.write(workload)) {
            entries = source.entries();
        }
        long bytes = entries.stream().mapToLong(e -> e.raw().sizeBytes()).sum();
        try (ObjectStore store = BucketUri.parse("file:" + folder.resolve("bucket")).open()) {
            archive(store, entries);
            ClusterTime end = entries.get(entries.size() - 1).clusterTime();
            Map<String, Double> rates =
                    new Rounds(notes)
                            .add("rawBulkWrites", i -> bulkWrites(entries))
                            .add(OURS, i -> restore(store, end, entries.size()))
                            .run();
            return Measured.of(rates, OURS, entries.size(), bytes);
        }
    }

    private static void archive(ObjectStore store, List<OplogEntry> entries) {
        SliceStart start =
                new SliceStart(
                        CLUSTER,
                        Incarnation.UNKNOWN,
                        new ReplicaSet("bench"),
                        Optional.empty(),
                        ClusterTime.ZERO,
                        List.of());
        int next = 0;
        while (next < entries.size()) {
            try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
                while (next < entries.size() && writer.rawBytes() < SLICE_BYTES) {
                    writer.add(entries.get(next++));
                }
                try (SealedSlice slice = writer.seal()) {
                    slice.putTo(store);
                    start = SliceStart.behind(slice.header());
                }
            }
        }
    }

    private static double bulkWrites(List<OplogEntry> entries) throws Exception {
        List<RawBsonDocument> documents =
                entries.stream()
                        .filter(e -> e.shape() == EntryShape.INSERT)
                        .filter(e -> e.ns().startsWith("bench."))
                        .map(e -> e.o().toBson())
                        .toList();
        try (SimulatedReplicaSet set = target();
                MongoClient client = MongoClients.create(set.uri())) {
            MongoCollection<RawBsonDocument> collection =
                    client.getDatabase("bench").getCollection("documents", RawBsonDocument.class);
            return Stopwatch.perSecond(
                    documents.size(),
                    () -> {
                        for (int from = 0; from < documents.size(); from += BULK) {
                            write(
                                    collection,
                                    documents.subList(
                                            from, Math.min(from + BULK, documents.size())));
                        }
                        return null;
                    });
        }
    }

    private static void write(
            MongoCollection<RawBsonDocument> collection, List<RawBsonDocument> documents) {
        List<InsertOneModel<RawBsonDocument>> writes = new ArrayList<>(documents.size());
        documents.forEach(document -> writes.add(new InsertOneModel<>(document)));
        collection.bulkWrite(writes, new BulkWriteOptions().ordered(false));
    }

    private static double restore(ObjectStore store, ClusterTime to, long entries)
            throws Exception {
        try (SimulatedReplicaSet set = target()) {
            RestoreRequest request =
                    new RestoreRequest(store, CLUSTER, to, Map.of("bench", set.uri()));
            return Stopwatch.perSecond(
                    entries, () -> Restore.run(request, RestoreProgress.silent()));
        }
    }

    private static SimulatedReplicaSet target() {
        return SimulatedReplicaSet.builder("bench").newestOnly().oplogMaxBytes(8L << 30).start();
    }
}
