package io.tidemark.restore.serial;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** An archive through the serial engine: every replica set to one cluster time. */
public final class SerialArchive {
    private final ObjectStore bucket;
    private final ClusterName cluster;
    private final RestorePlan plan;
    private final Map<String, SerialReplay> states = new LinkedHashMap<>();
    private final Set<BsonDocument> committed = new HashSet<>();

    private SerialArchive(ObjectStore bucket, ClusterName cluster, RestorePlan plan) {
        this.bucket = bucket;
        this.cluster = cluster;
        this.plan = plan;
    }

    /** The state of each replica set, by its name, as the plan's restore should leave it. */
    public static Map<String, SerialReplay> replay(
            ObjectStore bucket, ClusterName cluster, RestorePlan plan) {
        SerialArchive archive = new SerialArchive(bucket, cluster, plan);
        plan.replicaSets().forEach(archive::replay);
        archive.states.values().forEach(archive::decide);
        return archive.states;
    }

    private void replay(ReplicaSetPlan set) {
        SerialReplay replay = new SerialReplay(exactFrom(set));
        set.base().ifPresent(place -> load(BaseManifest.read(bucket, place), replay));
        EntrySource source = new EntrySource(new SliceReader(bucket, FrameKeys.NONE), set);
        try (EntryStream entries =
                source.readToTheEnd(new Catalogue(bucket, cluster), set.replayAfter())) {
            while (entries.hasNext()) {
                BsonDocument entry = decoded(entries.next().raw());
                if (entry.getTimestamp("ts").compareTo(plan.to().toBson()) <= 0) {
                    replay.apply(entry);
                }
                outcome(entry);
            }
        }
        states.put(set.replicaSet().name(), replay);
    }

    private BsonTimestamp exactFrom(ReplicaSetPlan set) {
        return set.base()
                .map(place -> BaseManifest.read(bucket, place).usableFrom())
                .orElse(ClusterTime.ZERO)
                .toBson();
    }

    private void load(BaseManifest manifest, SerialReplay replay) {
        BaseReader reader = new BaseReader(bucket, FrameKeys.NONE);
        for (BaseCollection collection : manifest.collections()) {
            List<BsonDocument> documents = new ArrayList<>();
            reader.documents(manifest, collection)
                    .forEachRemaining(document -> documents.add(decoded(document)));
            BsonDocument options = decoded(collection.options());
            options.remove("uuid");
            replay.base(
                    collection.uuid(),
                    collection.namespace().toString(),
                    options,
                    collection.indexes().stream().map(SerialArchive::decoded).toList(),
                    documents);
        }
    }

    /** What tells, anywhere in the archive, that a transaction was committed by then. */
    private void outcome(BsonDocument entry) {
        BsonDocument o = entry.getDocument("o");
        if (o.containsKey("commitTransaction")) {
            commit(SerialReplay.key(entry), o.get("commitTimestamp"));
        }
        String ns = entry.getString("ns").getValue();
        if (ns.equals("config.transaction_coordinators") && entry.containsKey("o2")) {
            BsonDocument changed = o;
            if (o.containsKey("diff")) {
                BsonDocument diff = o.getDocument("diff");
                changed = diff.getDocument("i", diff.getDocument("u", diff));
            } else if (o.containsKey("$set")) {
                changed = o.getDocument("$set");
            }
            BsonDocument decision = changed.getDocument("decision", new BsonDocument());
            if (decision.containsKey("commitTimestamp")) {
                BsonDocument id = entry.getDocument("o2").getDocument("_id");
                commit(SerialReplay.key(id), decision.get("commitTimestamp"));
            }
        }
    }

    private void commit(BsonDocument transaction, BsonValue at) {
        if (at.asTimestamp().compareTo(plan.to().toBson()) <= 0) {
            committed.add(transaction);
        }
    }

    private void decide(SerialReplay replay) {
        replay.prepared().stream().filter(committed::contains).forEach(replay::commit);
    }

    private static BsonDocument decoded(RawDocument document) {
        return new RawBsonDocument(document.toBytes()).decode(new BsonDocumentCodec());
    }
}
