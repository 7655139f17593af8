package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.query.BsonOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * The true content of the cluster at every cluster time, as a client of the router sees it. It is
 * told of the result of every write a user asked for, wherever it was carried out, and of none that
 * migrations make; it never looks at an oplog. A transaction over several shards counts on all of
 * them from its commit timestamp on.
 *
 * <p>While an event of several steps is under way on several shards ({@link #inFlightAt}),
 * catalogue and documents of what it touches are between two states, and so is the answer.
 */
public final class ClusterOracle {
    private final RoutingHistory routing;
    private final Supplier<Map<String, Member>> shards;
    private final Map<UUID, DocumentLines> collections = new HashMap<>();
    private final Map<UUID, UUID> copies = new HashMap<>();
    private final List<ClusterEvent> events = new ArrayList<>();

    ClusterOracle(RoutingHistory routing, Supplier<Map<String, Member>> shards) {
        this.routing = routing;
        this.shards = shards;
    }

    /** Notes what a user's write left behind; null bytes mean that there is no document. */
    synchronized void wrote(
            String shard,
            UUID collection,
            byte[] before,
            byte[] after,
            BsonTimestamp at,
            BsonTimestamp applied) {
        lines(collection).wrote(shard, before, after, at, applied);
    }

    /** Forgets what a shard applied after a position. */
    synchronized void rolledBack(String shard, BsonTimestamp position) {
        collections.values().forEach(lines -> lines.rollBack(shard, position));
    }

    /** A collection was copied under another UUID (movePrimary); its documents are the same. */
    synchronized void copied(UUID from, UUID to) {
        copies.put(to, copies.getOrDefault(from, from));
    }

    private DocumentLines lines(UUID collection) {
        return collections.computeIfAbsent(
                copies.getOrDefault(collection, collection), ignored -> new DocumentLines());
    }

    synchronized void happened(ClusterEvent event) {
        events.add(event);
    }

    /** Notes the end of an event that was begun without one. */
    synchronized void ended(ClusterEvent begun, BsonTimestamp through) {
        events.set(
                events.lastIndexOf(begun),
                new ClusterEvent(begun.kind(), begun.subject(), begun.from(), through));
    }

    /** Everything noted, in the order it began. */
    public synchronized List<ClusterEvent> events() {
        return List.copyOf(events);
    }

    /** Events of several steps that are half done at a cluster time. */
    public synchronized List<ClusterEvent> inFlightAt(BsonTimestamp time) {
        return events.stream().filter(event -> event.inFlightAt(time)).toList();
    }

    /**
     * Documents of a namespace at a cluster time, by {@code _id}; none if there is no such
     * namespace.
     */
    public List<RawBsonDocument> documents(String namespace, BsonTimestamp time) {
        Optional<UUID> uuid = uuid(namespace, time);
        if (uuid.isEmpty()) {
            return List.of();
        }
        List<RawBsonDocument> found;
        synchronized (this) {
            found = lines(uuid.get()).at(time);
        }
        found.sort(
                Comparator.comparing(
                                (RawBsonDocument document) -> document.get("_id"), BsonOrder.SIMPLE)
                        .thenComparing(BsonOrder.SIMPLE));
        return found;
    }

    /** Those documents of a namespace that a shard owned at a cluster time. */
    public List<RawBsonDocument> documentsOf(String shard, String namespace, BsonTimestamp time) {
        Routing then = routing.at(time);
        Optional<ShardedCollection> sharded = then.collection(namespace);
        if (sharded.isEmpty()) {
            return primaryOf(namespace, then).filter(shard::equals).isPresent()
                    ? documents(namespace, time)
                    : List.of();
        }
        return documents(namespace, time).stream()
                .filter(document -> sharded.get().shardOf(document).equals(shard))
                .toList();
    }

    /**
     * User namespaces at a cluster time: sharded ones, and what is on the primaries of their
     * databases.
     */
    public SortedSet<String> namespaces(BsonTimestamp time) {
        Routing then = routing.at(time);
        SortedSet<String> found = new TreeSet<>(then.collections().keySet());
        then.databases()
                .values()
                .forEach(
                        database -> {
                            Member primary = shards.get().get(database.primary());
                            primary.set().oracle().collectionsAt(time).keySet().stream()
                                    .filter(name -> name.startsWith(database.name() + "."))
                                    .filter(name -> !name.startsWith(database.name() + ".system."))
                                    .filter(name -> !isLeftOver(name, then, primary, time))
                                    .forEach(found::add);
                        });
        found.removeIf(name -> name.startsWith("config."));
        return found;
    }

    /** A collection that is sharded under another UUID only has a namesake here. */
    private static boolean isLeftOver(
            String name, Routing then, Member primary, BsonTimestamp time) {
        return then.collection(name)
                .map(ShardedCollection::uuid)
                .flatMap(
                        uuid ->
                                primary.set()
                                        .oracle()
                                        .collectionAt(name, time)
                                        .map(local -> !local.uuid().equals(uuid)))
                .orElse(false);
    }

    /** Index specifications of a namespace at a cluster time, by name. */
    public Map<String, BsonDocument> indexes(String namespace, BsonTimestamp time) {
        Map<String, BsonDocument> byName = new TreeMap<>();
        description(namespace, time)
                .ifPresent(
                        found ->
                                found.indexes()
                                        .forEach(
                                                index ->
                                                        byName.put(
                                                                index.getString("name").getValue(),
                                                                index)));
        return byName;
    }

    /** Options of a namespace at a cluster time. */
    public BsonDocument options(String namespace, BsonTimestamp time) {
        return description(namespace, time)
                .map(CollectionDescription::options)
                .orElse(new BsonDocument());
    }

    /** UUID of a namespace at a cluster time. */
    public Optional<UUID> uuid(String namespace, BsonTimestamp time) {
        Optional<ShardedCollection> sharded = routing.at(time).collection(namespace);
        return sharded.isPresent()
                ? sharded.map(ShardedCollection::uuid)
                : description(namespace, time).map(CollectionDescription::uuid);
    }

    private Optional<CollectionDescription> description(String namespace, BsonTimestamp time) {
        Routing then = routing.at(time);
        List<String> places = new ArrayList<>();
        then.collection(namespace).ifPresent(sharded -> places.addAll(sharded.shards()));
        primaryOf(namespace, then).ifPresent(places::add);
        return places.stream()
                .map(shard -> shards.get().get(shard))
                .flatMap(member -> member.set().oracle().collectionAt(namespace, time).stream())
                .findFirst();
    }

    private static Optional<String> primaryOf(String namespace, Routing then) {
        return then.database(namespace.substring(0, namespace.indexOf('.')))
                .map(Routing.Database::primary);
    }

    /** Who owned what at a cluster time. */
    public Routing routing(BsonTimestamp time) {
        return routing.at(time);
    }
}
