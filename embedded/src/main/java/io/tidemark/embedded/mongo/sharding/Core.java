package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.IdSource;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.ServerVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.bson.BsonTimestamp;
import org.bson.types.ObjectId;

/** What all parts of the cluster share: its sets, its metadata, its ids and time. */
final class Core {
    private static final long MAJORITY_WAIT_MILLIS = 10_000;

    final ServerVersion version;
    final Clock clock;
    final IdSource ids;
    final Duration orphanCleanupDelay;
    final ObjectId clusterId;
    final Gossip gossip = new Gossip();
    final RoutingHistory routing = new RoutingHistory();
    final ClusterOracle oracle;
    final List<Migration> migrations = new CopyOnWriteArrayList<>();
    final List<RangeDeletion> rangeDeletions = new CopyOnWriteArrayList<>();
    final CopyOnWriteArrayList<BlockedRange> blocked = new CopyOnWriteArrayList<>();

    /** Namespaces that are being resharded: their metadata stay as they are. */
    final Set<String> resharded = ConcurrentHashMap.newKeySet();

    final OpenTransactions transactions = new OpenTransactions();

    /**
     * Commands hold it shared from targeting to the last shard's answer; whoever moves ownership,
     * exclusively.
     */
    private final ReentrantReadWriteLock placement = new ReentrantReadWriteLock();

    private final Map<String, Member> shards = Collections.synchronizedMap(new LinkedHashMap<>());
    private Member config;
    private Metadata metadata;
    private Changelog changelog;

    Core(ServerVersion version, Clock clock, long seed, Duration orphanCleanupDelay) {
        this.version = version;
        this.clock = clock;
        this.ids = new IdSource(seed, clock);
        this.orphanCleanupDelay = orphanCleanupDelay;
        this.clusterId = ids.objectId();
        this.oracle = new ClusterOracle(routing, this::shards);
    }

    void configServers(Member set) {
        config = set;
        changelog = new Changelog(set, ids, clock, version);
        metadata = new Metadata(this);
    }

    Member config() {
        return config;
    }

    Changelog changelog() {
        return changelog;
    }

    Metadata metadata() {
        return metadata;
    }

    void addShard(Member shard) {
        boolean cameBack = shards.put(shard.id(), shard) != null;
        if (!cameBack) {
            shard.set().observe(new ShardObserver(this, shard.id()));
        }
    }

    /** Shards by id; also those that were removed, whose past the oracle needs. */
    Map<String, Member> shards() {
        synchronized (shards) {
            return new TreeMap<>(shards);
        }
    }

    Member shard(String id) {
        Member found = shards.get(id);
        if (found == null || !routing.now().shards().containsKey(id)) {
            throw new ServerError(70, "ShardNotFound", "Shard " + id + " not found");
        }
        return found;
    }

    Routing routing() {
        return routing.now();
    }

    ShardedCollection sharded(String namespace) {
        return routing.now()
                .collection(namespace)
                .orElseThrow(
                        () ->
                                new ServerError(
                                        118,
                                        "NamespaceNotSharded",
                                        "Collection " + namespace + " is not sharded"));
    }

    boolean atLeast(ServerVersion other) {
        return version.atLeast(other);
    }

    <T> T placed(Supplier<T> command) {
        return under(placement.readLock(), command);
    }

    /** Runs a change of ownership while no command is under way. */
    void replacing(Runnable change) {
        under(
                placement.writeLock(),
                () -> {
                    change.run();
                    return null;
                });
    }

    private static <T> T under(Lock lock, Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A DDL or a critical section needs the collection for itself, as its exclusive lock does on a
     * server.
     */
    void requireNoTransactionOn(String namespace) {
        if (transactions.touches(namespace)) {
            throw new ServerError(
                    24,
                    "LockTimeout",
                    "Unable to acquire the lock of " + namespace + ": a transaction uses it");
        }
    }

    void requireNoTransactionOnDatabase(String name) {
        if (transactions.touchesDatabase(name)) {
            throw new ServerError(24, "LockTimeout", "A transaction uses database " + name);
        }
    }

    /** Refuses what would change chunks, indexes or name of a collection that is resharded. */
    void requireNotResharded(String namespace) {
        if (resharded.contains(namespace)) {
            throw busy(namespace, "is being resharded");
        }
    }

    /** Refuses what needs a collection's chunks to stay where they are. */
    void requireFreeForMetadata(String namespace) {
        requireNotResharded(namespace);
        if (migrations.stream().anyMatch(move -> move.namespace().equals(namespace))) {
            throw busy(namespace, "has a chunk on the move");
        }
    }

    private static ServerError busy(String namespace, String why) {
        return new ServerError(
                117, "ConflictingOperationInProgress", "Collection " + namespace + " " + why);
    }

    /** The shard that holds a database's unsharded collections. */
    Member primaryOf(String database) {
        return shard(
                routing()
                        .database(database)
                        .map(Routing.Database::primary)
                        .orElseThrow(
                                () ->
                                        ServerError.namespaceNotFound(
                                                "database " + database + " not found")));
    }

    /** Shards that may hold a collection, the primary shard first. */
    List<Member> placesOf(Member primary, Optional<ShardedCollection> sharded) {
        List<Member> places = new ArrayList<>(List.of(primary));
        if (sharded.isPresent()) {
            // Also shards that own nothing now may still hold left-overs of it.
            shardIds().stream()
                    .filter(shard -> !shard.equals(primary.id()))
                    .forEach(shard -> places.add(shard(shard)));
        }
        return places;
    }

    /**
     * Waits until on every set a majority holds all that was written, as whoever coordinates does
     * before he goes on (F§5).
     */
    void awaitMajority() {
        List<Member> sets = new ArrayList<>(shards().values());
        sets.add(config);
        for (Member set : sets) {
            set.requireMajority(MAJORITY_WAIT_MILLIS);
        }
    }

    /** Notes something done in one go, from just before to the newest cluster time. */
    void happened(String kind, String subject, BsonTimestamp from) {
        oracle.happened(new ClusterEvent(kind, subject, from, gossip.latest()));
    }

    /** An event that begins now; {@link ClusterOracle#ended} ends it. */
    ClusterEvent begun(String kind, String subject) {
        ClusterEvent event = new ClusterEvent(kind, subject, gossip.latest(), null);
        oracle.happened(event);
        return event;
    }

    void ended(ClusterEvent event) {
        oracle.ended(event, gossip.latest());
    }

    /** Ids of all shards in order. */
    List<String> shardIds() {
        return new ArrayList<>(routing.now().shards().keySet());
    }
}
