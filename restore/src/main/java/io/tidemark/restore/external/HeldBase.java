package io.tidemark.restore.external;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.List;
import java.util.Map;
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

    private static final String OF = "the base is of";
    private static final String FROM = "replay begins at";
    private static final String EXACT = "exact from";
    private static final String LIFE = "the base belongs to";

    /** What goes into the mark of a restore over it: the target itself tells it no more. */
    public Map<String, String> arguments() {
        return Map.of(
                OF, asOf.toString(),
                FROM, replayFrom.toString(),
                EXACT, usableFrom.toString(),
                LIFE, life.incarnation().toString());
    }

    /** Whether the restore of a mark goes on over a base that lay in the target. */
    public static boolean isIn(RestoreMark mark) {
        return mark.arguments().containsKey(OF);
    }

    /**
     * Out of a mark.
     *
     * @param lives of the replica set in the archive
     */
    static HeldBase of(RestoreMark mark, List<ArchivedReplicaSet> lives) {
        Map<String, String> told = mark.arguments();
        ArchivedReplicaSet life =
                lives.stream()
                        .filter(l -> l.incarnation().toString().equals(told.get(LIFE)))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new RestoreException.NotCovered(
                                                "The restore that was cut off went on over a base"
                                                        + " of "
                                                        + told.get(LIFE)
                                                        + ", and the archive has only "
                                                        + lives
                                                        + ". Nothing was written."));
        return new HeldBase(life, time(told, FROM), time(told, OF), time(told, EXACT));
    }

    private static ClusterTime time(Map<String, String> told, String name) {
        return ClusterTime.parse(told.get(name)).orElseThrow();
    }

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
