package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerError;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/** The shards as one router calls them. */
final class Shards {
    private static final long CRITICAL_SECTION_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Core core;
    private final Gossip gossip;

    Shards(Core core, Gossip gossip) {
        this.core = core;
        this.gossip = gossip;
    }

    Member shard(String id) {
        return core.shard(id).heardBy(gossip);
    }

    Member config() {
        return core.config().heardBy(gossip);
    }

    /** What the cluster's own coordinators have done since is known to routers at once. */
    void catchUp() {
        gossip.seen(core.gossip.latest());
    }

    BsonTimestamp latest() {
        return gossip.latest();
    }

    Optional<Member> primaryOf(String namespace) {
        if (isOnConfigServers(namespace)) {
            return Optional.of(config());
        }
        return core.routing()
                .database(namespace.substring(0, namespace.indexOf('.')))
                .map(database -> shard(database.primary()));
    }

    static boolean isOnConfigServers(String namespace) {
        return namespace.startsWith("config.") || namespace.startsWith("admin.");
    }

    /**
     * Shards that may hold documents a filter finds; all owners where it says nothing about the
     * key.
     */
    Set<String> targets(ShardedCollection collection, BsonDocument filter) {
        return collection
                .key()
                .extractFromFilter(filter)
                .map(key -> Set.of(collection.owning(key).shard()))
                .orElseGet(() -> new LinkedHashSet<>(collection.shards()));
    }

    /** Whether a shard may hold documents of the collection that it does not own. */
    boolean mayHoldOrphans(String shard, String namespace) {
        boolean leftOvers =
                core.rangeDeletions.stream()
                        .anyMatch(
                                task ->
                                        task.shard().equals(shard)
                                                && task.namespace().equals(namespace));
        return leftOvers
                || core.migrations.stream()
                        .anyMatch(migration -> migration.namespace().equals(namespace));
    }

    /** Documents of a shard that it owns. */
    List<RawBsonDocument> owned(
            String shard, ShardedCollection collection, List<RawBsonDocument> found) {
        return mayHoldOrphans(shard, collection.namespace())
                ? found.stream()
                        .filter(document -> collection.shardOf(document).equals(shard))
                        .toList()
                : found;
    }

    boolean isBlocked(String namespace, BsonDocument key) {
        return core.blocked.stream().anyMatch(range -> range.covers(namespace, key));
    }

    /** Refuses a write into a critical section, or waits for its end where the client may. */
    void requireUnblocked(RoutedCommand command, String namespace) {
        long deadline = System.nanoTime() + CRITICAL_SECTION_WAIT_NANOS;
        while (isBlocked(namespace, null)) {
            if (!command.mayWait() || System.nanoTime() > deadline) {
                throw new ServerError(
                        13388,
                        "StaleConfig",
                        "A critical section of " + namespace + " is under way; try again later");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerError(11601, "Interrupted", "operation was interrupted");
        }
    }
}
