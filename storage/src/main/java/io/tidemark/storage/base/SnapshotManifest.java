package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.Body;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.PutOutcome;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Says that a snapshot of a whole cluster was taken, and of what it consists: written after the
 * last replica set's manifest, never changed. A restore goes by the replica sets' manifests; this
 * one is for those who list, keep and prune snapshots as wholes.
 *
 * @param incarnation of the config servers, or of the replica set that is no cluster
 * @param replicaSets in the order of their names, one or more
 */
public record SnapshotManifest(
        ClusterName cluster,
        Incarnation incarnation,
        String snapshotId,
        BaseMethod method,
        Optional<ClusterTime> readAt,
        List<Member> replicaSets) {
    private static final int FORMAT = 1;
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    /**
     * One replica set's base.
     *
     * @param replayFrom as its manifest says it
     * @param usableFrom as its manifest says it
     * @param rawBytes of its documents
     */
    public record Member(
            ReplicaSet replicaSet,
            Incarnation incarnation,
            Optional<ReplicaSetRole> role,
            ClusterTime replayFrom,
            ClusterTime usableFrom,
            long documents,
            long rawBytes) {
        public static Member of(BaseManifest manifest) {
            return new Member(
                    manifest.place().replicaSet(),
                    manifest.place().incarnation(),
                    manifest.role(),
                    manifest.replayFrom(),
                    manifest.usableFrom(),
                    manifest.collections().stream().mapToLong(BaseCollection::documents).sum(),
                    manifest.collections().stream().mapToLong(BaseCollection::rawBytes).sum());
        }
    }

    public SnapshotManifest {
        replicaSets =
                replicaSets.stream().sorted(Comparator.comparing(Member::replicaSet)).toList();
        if (replicaSets.isEmpty()) {
            throw new IllegalArgumentException("a snapshot of no replica set");
        }
    }

    public ObjectKey.OfSnapshotManifest key() {
        return new ObjectKey.OfSnapshotManifest(cluster, incarnation, snapshotId);
    }

    /** The earliest time to which all replica sets can be restored from this snapshot. */
    public ClusterTime usableFrom() {
        return replicaSets.stream()
                .map(Member::usableFrom)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Where the base of one of its replica sets lies. */
    public BasePlace place(Member member) {
        return new BasePlace(cluster, member.incarnation(), snapshotId, member.replicaSet());
    }

    /**
     * @throws io.tidemark.storage.object.FencedException if there is another manifest of that
     *     snapshot
     */
    public PutOutcome putTo(ObjectStore store) {
        return store.put(key().text(), Body.of(CheckedJson.bytes(json())));
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if it is missing or damaged
     */
    public static SnapshotManifest read(ObjectStore store, ObjectKey.OfSnapshotManifest key) {
        JsonFields json = CheckedJson.parse(key.text(), store.readWhole(key.text(), MOST_BYTES));
        json.requireFormat(FORMAT);
        SnapshotManifest manifest = json.build(SnapshotManifest::build);
        if (!manifest.key().equals(key)) {
            throw json.damaged("says of itself that it is " + manifest.key().text());
        }
        return manifest;
    }

    private ObjectNode json() {
        ObjectNode json =
                JsonFields.newObject()
                        .put("format", FORMAT)
                        .put("cluster", cluster.value())
                        .put("incarnation", incarnation.id())
                        .put("snapshotId", snapshotId)
                        .put("method", BaseManifestJson.lower(method));
        readAt.ifPresent(at -> json.put("readAt", at.toString()));
        json.put("usableFrom", usableFrom().toString());
        ArrayNode members = json.putArray("replicaSets");
        for (Member member : replicaSets) {
            ObjectNode one = members.addObject();
            one.put("replicaSet", member.replicaSet().name())
                    .put("incarnation", member.incarnation().id());
            member.role().ifPresent(role -> one.put("role", role.toString()));
            one.put("replayFrom", member.replayFrom().toString())
                    .put("usableFrom", member.usableFrom().toString())
                    .put("documents", member.documents())
                    .put("rawBytes", member.rawBytes());
        }
        return json;
    }

    private static SnapshotManifest build(JsonFields json) {
        return new SnapshotManifest(
                new ClusterName(json.text("cluster")),
                new Incarnation(json.text("incarnation")),
                json.text("snapshotId"),
                BaseMethod.valueOf(json.text("method").toUpperCase(Locale.ROOT)),
                json.optionalClusterTime("readAt"),
                json.objects("replicaSets").stream().map(SnapshotManifest::member).toList());
    }

    private static Member member(JsonFields json) {
        return new Member(
                new ReplicaSet(json.text("replicaSet")),
                new Incarnation(json.text("incarnation")),
                json.optionalText("role").flatMap(ReplicaSetRole::parse),
                json.clusterTime("replayFrom"),
                json.clusterTime("usableFrom"),
                json.number("documents"),
                json.number("rawBytes"));
    }
}
