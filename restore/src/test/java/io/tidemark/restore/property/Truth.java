package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.sharding.ClusterEvent;
import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.embedded.mongo.sharding.Routing;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bson.BsonTimestamp;

/**
 * What was really under way and what is really archived at a time: from the operations that were
 * asked for, never from the oplog.
 */
final class Truth {
    /** A cut inside these is complete, or they are one entry each. */
    private static final Set<String> NEVER_HALF_DONE =
            Set.of(
                    "moveChunk",
                    "transaction",
                    "split",
                    "merge",
                    "createDatabase",
                    // While it copies, the source collection is whole; then see reshardCommit.
                    "reshardCollection",
                    "addShard",
                    "removeShard");

    private static final Set<String> COVERAGE =
            Set.of("gap", "incarnationChange", "noBase", "notArchived");

    private final Life life;
    private final SeedArchive archive;
    private final ClusterOracle oracle;
    private final Map<String, String> catalogues = new HashMap<>();

    Truth(Life life, SeedArchive archive) {
        this.life = life;
        this.archive = archive;
        this.oracle = life.cluster.oracle();
    }

    /** DDL of which some effects are in a cut at that time and some are not. */
    List<ClusterEvent> halfDone(ClusterTime time) {
        return inFlightAt(time).stream()
                .filter(event -> !NEVER_HALF_DONE.contains(event.kind()))
                .filter(event -> !life.isGivenUp(event, time.toBson()))
                .filter(event -> !isUnseen(event))
                .filter(event -> isHalfDone(event, time))
                .toList();
    }

    /**
     * A limit that is known: of an operation that began before the record, or in a hole of it, and
     * has not ended in what is captured, no entry may tell.
     */
    private boolean isUnseen(ClusterEvent event) {
        ClusterTime begin = ClusterTime.of(life.begin(event));
        boolean unseenBegin =
                archive.oplogs().values().stream()
                        .anyMatch(
                                o ->
                                        begin.isBefore(o.after())
                                                || o.gaps().stream()
                                                        .anyMatch(
                                                                g -> !begin.isAfter(g.through())));
        boolean ends =
                event.through() != null
                        && archive.oplogs().values().stream()
                                .allMatch(
                                        o ->
                                                !o.lastCaptured()
                                                        .isBefore(ClusterTime.of(event.through())));
        return unseenBegin && !ends;
    }

    private List<ClusterEvent> inFlightAt(ClusterTime time) {
        return Stream.concat(oracle.events().stream(), life.others.stream())
                .filter(event -> life.isInFlight(event, time.toBson()))
                .toList();
    }

    private boolean isHalfDone(ClusterEvent event, ClusterTime time) {
        if (event.kind().equals(Versions.KIND)) {
            return true;
        }
        String database = Life.database(event.subject());
        String now = catalogue(database, time.toBson());
        boolean begun = !now.equals(catalogue(database, life.begin(event)));
        boolean done = event.through() != null && now.equals(catalogue(database, event.through()));
        return begun && !done;
    }

    /** All that DDL changes in a database, on every replica set; no documents and no chunks. */
    private String catalogue(String database, BsonTimestamp at) {
        return catalogues.computeIfAbsent(database + " " + at, key -> describe(database, at));
    }

    private String describe(String database, BsonTimestamp at) {
        Map<String, String> found = new TreeMap<>();
        life.cluster
                .shards()
                .forEach(
                        (id, set) ->
                                set.oracle().collectionsAt(at).values().stream()
                                        .filter(c -> c.database().equals(database))
                                        .filter(c -> !isCopy(c))
                                        .forEach(
                                                c -> found.put(id + " " + c.namespace(), text(c))));
        Routing routing = oracle.routing(at);
        routing.database(database).ifPresent(d -> found.put("database", d.primary()));
        routing.collections().values().stream()
                .filter(c -> Life.database(c.namespace()).equals(database))
                .forEach(
                        c ->
                                found.put(
                                        "sharded " + c.namespace(),
                                        c.uuid() + " " + c.key().pattern() + c.epoch()));
        return found.toString();
    }

    /** Nobody but the resharding itself sees it; a restore leaves it out. */
    private static boolean isCopy(CollectionDescription collection) {
        return collection.collection().startsWith("system.resharding.");
    }

    private static String text(CollectionDescription collection) {
        return collection.uuid() + " " + collection.options() + " " + collection.indexes();
    }

    /** Whether the archive holds what a restore to that time needs. */
    boolean isCovered(ClusterTime time) {
        if (time.isBefore(archive.oplogs().get("config").all().get(0).clusterTime())) {
            return false;
        }
        Routing routing = oracle.routing(time.toBson());
        return archive.oplogs().values().stream()
                .filter(
                        o ->
                                o.name().name().equals("config")
                                        || routing.shards().containsKey(shardId(o)))
                .allMatch(oplog -> isCovered(oplog, time));
    }

    private static String shardId(SeedArchive.Oplog oplog) {
        return "shard" + oplog.name().name().substring(2);
    }

    private boolean isCovered(SeedArchive.Oplog oplog, ClusterTime time) {
        if (time.isAfter(oplog.archivedThrough())) {
            return false;
        }
        boolean born =
                oplog.after().equals(ClusterTime.ZERO) && isWhole(oplog, ClusterTime.ZERO, time);
        return born
                || archive.bases().stream()
                        .filter(base -> base.replicaSet().equals(oplog.name()))
                        .anyMatch(base -> serves(oplog, base, time));
    }

    private static boolean serves(SeedArchive.Oplog oplog, Base base, ClusterTime time) {
        return !time.isBefore(base.usableFrom())
                && !base.replayFrom().isBefore(oplog.after())
                && isWhole(oplog, base.replayFrom(), time);
    }

    private static boolean isWhole(SeedArchive.Oplog oplog, ClusterTime after, ClusterTime time) {
        return oplog.gaps().stream()
                .allMatch(gap -> !gap.through().isAfter(after) || !time.isAfter(gap.after()));
    }

    /**
     * Whether a shard joins later, in a gap of the config servers' record: when, nobody can tell,
     * so it is asked for from the first.
     */
    boolean joinsUnseen(ClusterTime time) {
        Set<String> now = oracle.routing(time.toBson()).shards().keySet();
        return archive.oplogs().get("config").gaps().stream()
                .map(gap -> oracle.routing(gap.through().toBson()).shards().keySet())
                .anyMatch(later -> !now.containsAll(later));
    }

    static boolean isAboutCoverage(UnsafeInterval reason) {
        return COVERAGE.contains(reason.kind());
    }

    /** Whether some replica set, of now or of old, is not archived so far. */
    boolean isBehind(ClusterTime time) {
        return archive.oplogs().values().stream()
                .anyMatch(oplog -> oplog.archivedThrough().isBefore(time));
    }

    /** Whether what a reason names was under way at that time. */
    boolean isUnderWay(UnsafeInterval reason, ClusterTime time) {
        return inFlightAt(time).stream().anyMatch(event -> isNamed(reason, event));
    }

    /**
     * Whether what a reason names was under way at some time of the reason's interval. A command on
     * one shard only is no event to the oracle, but was asked for.
     */
    boolean isKnown(UnsafeInterval reason) {
        String name = reason.ns().substring(reason.ns().indexOf('.') + 1);
        String command = reason.kind().equals("indexBuild") ? "createIndexes" : reason.kind();
        String asked = "{\"" + command + "\": \"" + name + "\"";
        if (life.diary.stream().anyMatch(line -> line.contains(asked))) {
            return true;
        }
        return Stream.concat(oracle.events().stream(), life.others.stream())
                .filter(event -> !ClusterTime.of(event.from()).isAfter(after(reason)))
                .anyMatch(event -> isNamed(reason, event));
    }

    /**
     * The first time behind an interval: what ends there was named, too. Of an operation whose
     * start was lost the interval may end long before it began, but not its evidence.
     */
    private static ClusterTime after(UnsafeInterval reason) {
        ClusterTime shown =
                reason.evidence().stream().map(Evidence::at).reduce(reason.to(), ClusterTime::max);
        return shown.equals(ClusterTime.MAX) ? shown : shown.next();
    }

    private static boolean isNamed(UnsafeInterval reason, ClusterEvent event) {
        boolean sameKind =
                switch (event.kind()) {
                    case "createIndexes" -> reason.kind().equals("indexBuild");
                    case "refineShardKey" -> reason.kind().equals("refineCollectionShardKey");
                    case "transaction" -> reason.kind().equals("preparedTransaction");
                    // The commands of an operation whose frame was lost stand for it.
                    case "movePrimary", "dropDatabase", "shardCollection", "renameCollection" ->
                            reason.kind().equals(event.kind())
                                    || reason.kind().equals("dropCollection")
                                    || reason.kind().equals("createCollection")
                                    || reason.kind().equals("indexBuild");
                    case "reshardCommit" -> reason.kind().equals("reshardCollection");
                    case "moveChunk" ->
                            reason.kind().equals("moveChunk") || reason.kind().equals("indexBuild");
                    default -> reason.kind().equals(event.kind());
                };
        boolean sameSubject =
                reason.ns().isEmpty()
                        || reason.ns().equals(event.subject())
                        || Life.database(reason.ns()).equals(Life.database(event.subject()));
        return sameKind && sameSubject;
    }
}
