package io.tidemark.storage.standby;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.json.CheckedJson;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.object.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a standby said of itself: an object of its own each time, never changed.
 *
 * @param key which standby, and when
 * @param name for people
 * @param owner the process that follows, or followed last; for people
 * @param startedAt when the standby began, by its machine's clock
 * @param newest the newest entry of any replica set that it knew
 * @param needsAfter it may read entries after this time again, of every replica set
 * @param bases ids of the snapshots that it is loading; they are needed as a whole
 * @param replicaSets that it follows
 */
public record StandbyNote(
        ObjectKey.OfStandby key,
        String name,
        String owner,
        Instant startedAt,
        ClusterTime newest,
        ClusterTime needsAfter,
        Set<String> bases,
        Map<ReplicaSet, Followed> replicaSets) {
    /**
     * So long after its last sign of life a standby is waited for; then retention keeps nothing for
     * it any more.
     */
    public static final Duration HOLDS = Duration.ofDays(7);

    private static final int MOST_BYTES = 1 << 20;
    private static final int FORMAT = 1;

    /**
     * One replica set.
     *
     * @param target host and port of where it goes; no credentials
     * @param appliedUntil entries up to this time are in the target; 0:0 while its base is loaded
     */
    public record Followed(String target, ClusterTime appliedUntil) {}

    public StandbyNote {
        bases = Set.copyOf(bases);
        replicaSets = Map.copyOf(replicaSets);
    }

    /** The same, said at another time. */
    public StandbyNote at(Instant seenAt) {
        ObjectKey.OfStandby later = new ObjectKey.OfStandby(key.cluster(), key.id(), seenAt);
        return new StandbyNote(
                later, name, owner, startedAt, newest, needsAfter, bases, replicaSets);
    }

    /** The same standby, which began then. */
    public StandbyNote startedAt(Instant began) {
        return new StandbyNote(key, name, owner, began, newest, needsAfter, bases, replicaSets);
    }

    /** The same standby, further on. */
    public StandbyNote moved(
            ClusterTime known,
            ClusterTime needs,
            Set<String> loading,
            Map<ReplicaSet, Followed> sets) {
        return new StandbyNote(key, name, owner, startedAt, known, needs, loading, sets);
    }

    /** From then on nothing is kept for it, if it gives no other sign of life. */
    public Instant holdsUntil() {
        return holdsUntil(key);
    }

    /** As {@link #holdsUntil()}, whatever the note says. */
    static Instant holdsUntil(ObjectKey.OfStandby key) {
        return key.seenAt().plus(HOLDS);
    }

    /** Whether retention keeps what it needs. */
    public boolean holds(Instant now) {
        return !now.isAfter(holdsUntil());
    }

    /** All its targets have everything up to this time. */
    public ClusterTime appliedUntil() {
        return replicaSets.values().stream()
                .map(Followed::appliedUntil)
                .min(Comparator.naturalOrder())
                .orElse(ClusterTime.ZERO);
    }

    /** True if some target of one is a target of the other: then only one of them can be there. */
    public boolean meets(StandbyNote other) {
        Set<String> targets = new TreeSet<>();
        replicaSets.values().forEach(followed -> targets.add(followed.target()));
        return other.replicaSets.values().stream()
                .anyMatch(followed -> targets.contains(followed.target()));
    }

    byte[] bytes() {
        ObjectNode json =
                JsonFields.newObject()
                        .put("format", FORMAT)
                        .put("key", key.text())
                        .put("name", name)
                        .put("owner", owner)
                        .put("startedAtMillis", startedAt.toEpochMilli())
                        .put("newest", newest.toString())
                        .put("needsAfter", needsAfter.toString());
        ArrayNode loading = json.putArray("bases");
        new TreeSet<>(bases).forEach(base -> loading.addObject().put("id", base));
        ArrayNode sets = json.putArray("replicaSets");
        new TreeMap<>(replicaSets)
                .forEach(
                        (set, followed) ->
                                sets.addObject()
                                        .put("name", set.name())
                                        .put("target", followed.target())
                                        .put("appliedUntil", followed.appliedUntil().toString()));
        return CheckedJson.bytes(json);
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if it is missing or damaged
     */
    public static StandbyNote read(ObjectStore store, ObjectKey.OfStandby key) {
        JsonFields json = CheckedJson.parse(key.text(), store.readWhole(key.text(), MOST_BYTES));
        json.requireFormat(FORMAT);
        if (!json.text("key").equals(key.text())) {
            throw json.damaged("says of itself that it is " + json.text("key"));
        }
        return json.build(fields -> build(key, fields));
    }

    private static StandbyNote build(ObjectKey.OfStandby key, JsonFields json) {
        Set<String> bases = new TreeSet<>();
        json.objects("bases").forEach(base -> bases.add(base.text("id")));
        Map<ReplicaSet, Followed> sets = new TreeMap<>();
        json.objects("replicaSets")
                .forEach(
                        set ->
                                sets.put(
                                        new ReplicaSet(set.text("name")),
                                        new Followed(
                                                set.text("target"),
                                                set.clusterTime("appliedUntil"))));
        return new StandbyNote(
                key,
                json.text("name"),
                json.text("owner"),
                Instant.ofEpochMilli(json.number("startedAtMillis")),
                json.clusterTime("newest"),
                json.clusterTime("needsAfter"),
                bases,
                sets);
    }
}
