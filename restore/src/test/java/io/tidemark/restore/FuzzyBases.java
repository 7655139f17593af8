package io.tidemark.restore;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.OpenTransactions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * Bases as a scan takes them while writes go on: collections are listed at some time of the scan,
 * and each document is read at a time of its own, by the name that its collection has then.
 */
public final class FuzzyBases {
    private final Random random;
    private final SimulatedReplicaSet set;
    private final List<OplogEntry> oplog;
    private final int from;
    private final int through;

    /**
     * @param from index of the oplog entry after which the scan begins
     * @param through index of the entry after which it ends
     */
    public FuzzyBases(
            Random random, SimulatedReplicaSet set, List<OplogEntry> oplog, int from, int through) {
        this.random = random;
        this.set = set;
        this.oplog = oplog;
        this.from = from;
        this.through = through;
    }

    /** The first time that a restore can go to. */
    public ClusterTime usableFrom() {
        return oplog.get(through).clusterTime();
    }

    /** Replay begins with the oldest transaction that is open when the scan begins. */
    private ClusterTime replayFrom() {
        OpenTransactions open = new OpenTransactions(List.of());
        oplog.subList(0, from + 1).forEach(open::apply);
        return open.list().stream()
                .map(OpenTransaction::first)
                .map(Optime::clusterTime)
                .findFirst()
                .orElse(oplog.get(from).clusterTime());
    }

    /**
     * @param consistent true to read everything at the end of the scan, as snapshot reads do
     */
    public void write(ObjectStore store, String id, ReplicaSetRole role, boolean consistent) {
        write(store, Incarnation.UNKNOWN, id, role, consistent);
    }

    /** The same in one of several lives of the replica set. */
    public void write(
            ObjectStore store,
            Incarnation life,
            String id,
            ReplicaSetRole role,
            boolean consistent) {
        BasePlace place = new BasePlace(TestArchive.CLUSTER, life, id, new ReplicaSet(set.name()));
        int listed = consistent ? through : someTime(from);
        List<BaseCollection> collections = new ArrayList<>();
        for (CollectionDescription found : set.oracle().collectionsAt(time(listed)).values()) {
            int read = consistent ? through : someTime(listed);
            collection(found, read, consistent, store, place).ifPresent(collections::add);
        }
        new BaseManifest(
                        place,
                        consistent ? BaseMethod.SNAPSHOT : BaseMethod.FUZZY,
                        replayFrom(),
                        usableFrom(),
                        consistent ? Optional.of(usableFrom()) : Optional.empty(),
                        Optional.of(role),
                        Optional.of(set.version().release()),
                        Optional.empty(),
                        collections)
                .putTo(store);
    }

    private Optional<BaseCollection> collection(
            CollectionDescription listed,
            int read,
            boolean consistent,
            ObjectStore store,
            BasePlace place) {
        Optional<CollectionDescription> now =
                set.oracle().collectionsAt(time(read)).values().stream()
                        .filter(c -> c.uuid().equals(listed.uuid()))
                        .findFirst();
        if (now.isEmpty() || now.get().namespace().startsWith("local.")) {
            return Optional.empty();
        }
        try (CollectionWriter writer =
                new CollectionWriter(
                        store, place, listed.uuid(), FrameOptions.defaults(), 1 << 20)) {
            // A capped collection is read in its own order: nothing is met before what precedes it.
            boolean capped = listed.options().containsKey("capped");
            documents(listed.uuid(), read, consistent || capped).forEach(writer::add);
            return Optional.of(
                    new BaseCollection(
                            // The name of the listing, the indexes of the reading.
                            Namespace.of(listed.namespace()),
                            listed.uuid(),
                            true,
                            BaseCollection.Type.COLLECTION,
                            BsonFiles.raw(now.get().options()),
                            now.get().indexes().stream().map(BsonFiles::raw).toList(),
                            writer.finish()));
        }
    }

    private List<RawDocument> documents(UUID uuid, int read, boolean atOnce) {
        if (atOnce) {
            return set.oracle().documentsAt(uuid, time(read)).stream().map(BsonFiles::raw).toList();
        }
        Map<Integer, Map<BsonDocument, RawBsonDocument>> states = new HashMap<>();
        Map<BsonDocument, RawDocument> seen =
                new TreeMap<>(java.util.Comparator.comparing(BsonDocument::toJson));
        for (int at = read; at <= through; at++) {
            states.put(at, byId(set.oracle().documentsAt(uuid, time(at))));
        }
        for (Map<BsonDocument, RawBsonDocument> state : states.values()) {
            for (BsonDocument id : state.keySet()) {
                // Each document is met once, at its own time, or not at all.
                int met = read + random.nextInt(through - read + 1);
                RawBsonDocument document = states.get(met).get(id);
                if (document != null && !seen.containsKey(id)) {
                    seen.put(id, BsonFiles.raw(document));
                }
            }
        }
        return List.copyOf(seen.values());
    }

    private static Map<BsonDocument, RawBsonDocument> byId(List<RawBsonDocument> documents) {
        Map<BsonDocument, RawBsonDocument> byId = new HashMap<>();
        documents.forEach(d -> byId.put(new BsonDocument("_id", d.get("_id")), d));
        return byId;
    }

    private int someTime(int least) {
        return least + random.nextInt(through - least + 1);
    }

    private BsonTimestamp time(int index) {
        return oplog.get(index).clusterTime().toBson();
    }
}
