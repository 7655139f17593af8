package io.tidemark.storage.slice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import java.util.Optional;

/**
 * A known hole, stored beside the slices as indented JSON.
 *
 * @param kafka where the record stood that told of it; empty if the archive found it itself
 */
public record GapObject(
        ClusterName cluster,
        Incarnation incarnation,
        ReplicaSet replicaSet,
        Gap gap,
        Optional<KafkaRange> kafka) {
    private static final int FORMAT = 1;
    private static final int MOST_BYTES = 1024 * 1024;

    public ObjectKey.OfGap key() {
        return new ObjectKey.OfGap(cluster, incarnation, replicaSet, gap.after(), gap.through());
    }

    /**
     * Creates the object.
     *
     * @throws io.tidemark.storage.object.FencedException if another gap has the key
     */
    public PutOutcome putTo(ObjectStore store) {
        ObjectNode json = SliceHeaderJson.place(cluster, incarnation, replicaSet);
        json.put("after", gap.after().toString());
        json.put("through", gap.through().toString());
        json.put("reason", gap.reason());
        kafka.ifPresent(range -> json.set("kafka", SliceHeaderJson.write(range)));
        return store.put(key().text(), Body.of(CheckedJson.bytes(json)));
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if it is missing or not what its
     *     key says
     */
    public static GapObject read(ObjectStore store, ObjectKey.OfGap key) {
        JsonFields json = CheckedJson.parse(key.text(), store.readWhole(key.text(), MOST_BYTES));
        json.requireFormat(FORMAT);
        GapObject read = json.build(GapObject::of);
        if (!read.key().equals(key)) {
            throw SliceReader.damaged(key, "says of itself that it is " + read.key().text());
        }
        return read;
    }

    private static GapObject of(JsonFields json) {
        return new GapObject(
                new ClusterName(json.text("cluster")),
                new Incarnation(json.text("incarnation")),
                new ReplicaSet(json.text("replicaSet")),
                new Gap(
                        json.clusterTime("after"),
                        json.clusterTime("through"),
                        json.text("reason")),
                json.optionalObject("kafka").map(SliceHeaderJson::kafka));
    }
}
