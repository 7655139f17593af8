package io.tidemark.restore.external;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.List;
import java.util.Optional;

/**
 * A base that lies in a target.
 *
 * @param life whose oplog goes on from it
 * @param replayFrom the first entry that is replayed: that of the base's time, or the first of the
 *     oldest transaction that was open then
 * @param asOf the time of the base
 * @param usableFrom its end; the same time, if it is of one moment
 */
public record HeldBase(
        ArchivedReplicaSet life, ClusterTime replayFrom, ClusterTime asOf, ClusterTime usableFrom) {
    /** Stands in plans and reports where the id of a base stands otherwise. */
    public static final String ID = "external";

    BasePlace place() {
        return new BasePlace(life.cluster(), life.incarnation(), ID, life.replicaSet());
    }

    /** As replay needs it; it is stored nowhere, and its collections are those of the target. */
    public BaseManifest manifest() {
        return new BaseManifest(
                place(),
                BaseMethod.FUZZY,
                replayFrom,
                usableFrom,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }
}
