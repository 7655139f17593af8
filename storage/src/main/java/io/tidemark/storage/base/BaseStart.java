package io.tidemark.storage.base;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import java.util.List;
import java.util.Optional;

/**
 * What a scan of one replica set decided before it read its first document. It is put before the
 * parts and makes no base: whoever goes on with a scan that was cut short must stand on the same
 * start and the same ranges.
 *
 * @param replayFrom S, as the manifest will say it
 * @param catalogueThrough what the catalogue says was true at some moments up to this time
 * @param readAt the cluster time of snapshot reads; empty for a fuzzy scan
 */
public record BaseStart(
        BasePlace place,
        ClusterTime replayFrom,
        ClusterTime catalogueThrough,
        Optional<ClusterTime> readAt,
        Optional<ReplicaSetRole> role,
        Optional<String> serverVersion,
        Optional<String> featureVersion,
        List<Planned> collections) {
    private static final int MOST_BYTES = 512 * 1024 * 1024;

    /**
     * A collection to be scanned.
     *
     * @param collection without parts
     * @param byId whether its ranges are of {@code _id}; else one scan in the order in which it is
     *     stored
     * @param splits {@code {_id: …}} where one range ends and the next begins, rising; one fewer
     *     than ranges
     */
    public record Planned(BaseCollection collection, boolean byId, List<RawDocument> splits) {
        public Planned {
            splits = List.copyOf(splits);
        }
    }

    public BaseStart {
        collections = List.copyOf(collections);
    }

    /**
     * @throws io.tidemark.storage.object.FencedException if another start is there
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(
                new ObjectKey.OfBaseStart(place).text(),
                Body.of(CheckedJson.bytes(BaseStartJson.write(this))));
    }

    /** Empty if no scan was started there. */
    public static Optional<BaseStart> find(ObjectStore store, BasePlace place) {
        String key = new ObjectKey.OfBaseStart(place).text();
        return store.head(key).isEmpty()
                ? Optional.empty()
                : Optional.of(
                        BaseStartJson.read(
                                place, CheckedJson.parse(key, store.readWhole(key, MOST_BYTES))));
    }
}
