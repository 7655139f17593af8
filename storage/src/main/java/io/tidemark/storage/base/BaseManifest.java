package io.tidemark.storage.base;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One replica set's base. It exists when this object does: written last, never changed.
 *
 * @param replayFrom S: every entry from this cluster time on (inclusive) must be replayed; 0:0 for
 *     the whole oplog
 * @param usableFrom E: the base serves restores to this time and later
 * @param readAt the cluster time as of which documents were read, if there is one; what could not
 *     be read as of it was read later, but not after {@code usableFrom}. Replay needs nothing of
 *     this
 * @param role of the replica set, if known
 * @param serverVersion as {@code buildInfo} gives it, if known
 * @param featureVersion featureCompatibilityVersion, if known
 */
public record BaseManifest(
        BasePlace place,
        BaseMethod method,
        ClusterTime replayFrom,
        ClusterTime usableFrom,
        Optional<ClusterTime> readAt,
        Optional<ReplicaSetRole> role,
        Optional<String> serverVersion,
        Optional<String> featureVersion,
        List<BaseCollection> collections) {
    private static final int MOST_BYTES = 512 * 1024 * 1024;

    public BaseManifest {
        collections = List.copyOf(collections);
        if (usableFrom.isBefore(replayFrom)) {
            throw new IllegalArgumentException(
                    "a base usable from " + usableFrom + " can't be replayed from " + replayFrom);
        }
        Set<UUID> seen = new HashSet<>();
        for (BaseCollection collection : collections) {
            if (!seen.add(collection.uuid())) {
                throw new IllegalArgumentException(
                        "two collections have UUID " + collection.uuid());
            }
        }
    }

    public ObjectKey.OfBaseManifest key() {
        return new ObjectKey.OfBaseManifest(place);
    }

    /** Replay needs the entries after this time, exclusive. */
    public ClusterTime replayAfter() {
        return replayFrom.equals(ClusterTime.ZERO) ? replayFrom : replayFrom.previous();
    }

    /**
     * Makes the base exist. All its parts must have been put.
     *
     * @throws io.tidemark.storage.object.FencedException if there is another manifest at this place
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(key().text(), Body.of(CheckedJson.bytes(BaseManifestJson.write(this))));
    }

    /**
     * @throws DamagedObjectException if it is missing or damaged
     */
    public static BaseManifest read(ObjectStore store, BasePlace place) {
        String key = new ObjectKey.OfBaseManifest(place).text();
        return BaseManifestJson.read(
                place, CheckedJson.parse(key, store.readWhole(key, MOST_BYTES)));
    }

    /**
     * As {@link #read}, but empty if there is no base: one request where there is one, as most
     * often, two where there is none.
     */
    public static Optional<BaseManifest> find(ObjectStore store, BasePlace place) {
        try {
            return Optional.of(read(store, place));
        } catch (DamagedObjectException missingOrDamaged) {
            if (store.head(new ObjectKey.OfBaseManifest(place).text()).isEmpty()) {
                return Optional.empty();
            }
            throw missingOrDamaged;
        }
    }
}
