package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.sharding.Chunk;
import io.tidemark.embedded.mongo.sharding.Migration;
import io.tidemark.embedded.mongo.sharding.RangeDeletion;
import io.tidemark.embedded.mongo.sharding.ShardedCollection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** Chunks that move, split and are cleaned up behind; shards that are drained and removed. */
final class Moves {
    private final Life life;
    private final List<Migration> underWay = new ArrayList<>();
    private final Set<String> abandoned = new HashSet<>();
    private String draining = "";

    Moves(Life life) {
        this.life = life;
    }

    void begin() {
        Optional<ShardedCollection> collection = anySharded();
        if (collection.isPresent() && life.cluster.routing().shards().size() > 1) {
            Chunk chunk = life.any(collection.get().chunks());
            begin(collection.get(), chunk);
        }
    }

    private void begin(ShardedCollection collection, Chunk chunk) {
        List<String> others = new ArrayList<>(life.cluster.routing().shards().keySet());
        others.remove(chunk.shard());
        others.remove(draining);
        String database = Life.database(collection.namespace());
        // A server runs one migration at a time for each collection, and one for each donor.
        boolean busy =
                underWay.stream()
                        .anyMatch(
                                m ->
                                        m.namespace().equals(collection.namespace())
                                                || m.chunk().shard().equals(chunk.shard())
                                                || m.to().equals(chunk.shard())
                                                || others.contains(m.chunk().shard()));
        // Nor one in a range that an abandoned one has half copied, before that is cleaned up.
        boolean leftOver = abandoned.contains(collection.namespace());
        if (leftOver || busy || others.isEmpty() || life.isDefining(database)) {
            return;
        }
        String to = life.any(others);
        life.wrote("move " + collection.namespace() + " " + chunk.min() + " to " + to);
        underWay.add(life.cluster.moveChunk(collection.namespace(), chunk.min(), to));
        life.moves(database);
    }

    private Optional<ShardedCollection> anySharded() {
        List<ShardedCollection> all =
                new ArrayList<>(life.cluster.routing().collections().values());
        return all.isEmpty() ? Optional.empty() : Optional.of(life.any(all));
    }

    void advance() {
        if (underWay.isEmpty()) {
            return;
        }
        Migration migration = life.any(underWay);
        life.wrote("migration: " + migration.next().orElse(""));
        try {
            life.step(migration::step);
        } catch (ServerError busy) {
            // A transaction holds the collection: the move waits, as its lock would.
            if (busy.code() != 24) {
                throw busy;
            }
        } catch (CommandFailure refused) {
            // A left-over of another range has the id of a document to be copied.
            if (migration.isCommitted() || migration.isAborted()) {
                throw refused;
            }
            migration.abort(refused.getMessage());
        }
        if (migration.isDone()) {
            forget(migration);
        }
    }

    private void forget(Migration migration) {
        underWay.remove(migration);
        life.moved(Life.database(migration.namespace()));
    }

    void abort() {
        underWay.stream()
                .filter(m -> !m.isCommitted() && !m.isAborted())
                .findFirst()
                .ifPresent(
                        m -> {
                            life.wrote("abort the migration of " + m.namespace());
                            m.abort("the operator has changed his mind");
                        });
    }

    /** The donor dies for good: DDL on the database is never free again. */
    void abandon() {
        if (!underWay.isEmpty()) {
            life.wrote("abandon a migration");
            abandoned.add(underWay.remove(life.below(underWay.size())).namespace());
        }
    }

    void split() {
        Optional<ShardedCollection> collection = anySharded();
        if (collection.isEmpty()) {
            return;
        }
        String namespace = collection.get().namespace();
        boolean moving = underWay.stream().anyMatch(m -> m.namespace().equals(namespace));
        boolean ranged =
                collection.get().key().pattern().equals(BsonDocument.parse("{k: 1}"))
                        && collection.get().chunks().size() < 8;
        if (moving || !ranged || life.isDefining(Life.database(namespace))) {
            return;
        }
        BsonDocument at = new BsonDocument("k", new BsonInt32(life.below(UserWrites.KEYS)));
        boolean bound = collection.get().chunks().stream().anyMatch(c -> c.min().equals(at));
        if (!bound) {
            List<BsonDocument> points = points(collection.get(), at);
            life.wrote("split " + namespace + " at " + points);
            life.step(() -> life.cluster.split(namespace, points));
        }
    }

    /** One point, or up to three in the same chunk: that is logged as a multi-split. */
    private List<BsonDocument> points(ShardedCollection collection, BsonDocument first) {
        List<BsonDocument> points = new ArrayList<>(List.of(first));
        Chunk chunk = collection.owning(first);
        for (int key = first.getInt32("k").getValue() + 1; key < UserWrites.KEYS; key++) {
            BsonDocument next = new BsonDocument("k", new BsonInt32(key));
            if (points.size() < 3 && collection.owning(next).equals(chunk) && life.chance(15)) {
                points.add(next);
            }
        }
        return points;
    }

    void merge() {
        Optional<ShardedCollection> collection = anySharded();
        if (collection.isEmpty()) {
            return;
        }
        String namespace = collection.get().namespace();
        boolean moving = underWay.stream().anyMatch(m -> m.namespace().equals(namespace));
        if (moving || life.isDefining(Life.database(namespace))) {
            return;
        }
        List<Chunk> chunks = collection.get().chunks();
        for (int i = 1; i < chunks.size(); i++) {
            Chunk left = chunks.get(i - 1);
            Chunk right = chunks.get(i);
            if (left.shard().equals(right.shard()) && left.max().equals(right.min())) {
                life.wrote("merge " + namespace + " from " + left.min() + " to " + right.max());
                try {
                    life.step(() -> life.cluster.mergeChunks(namespace, left.min(), right.max()));
                } catch (ServerError abandoned) {
                    // A migration that nobody goes on with keeps the collection.
                    life.wrote("  refused: " + abandoned.getMessage());
                }
                return;
            }
        }
    }

    void deleteLeftOvers() {
        List<RangeDeletion> tasks = life.cluster.rangeDeletions();
        if (!tasks.isEmpty()) {
            life.any(tasks).step();
        }
    }

    /** One step of taking a shard out of the cluster; those with databases stay. */
    void drain() {
        if (life.isAnyDefining()) {
            return;
        }
        if (draining.isEmpty()) {
            List<String> candidates = new ArrayList<>(life.cluster.routing().shards().keySet());
            life.cluster
                    .routing()
                    .databases()
                    .values()
                    .forEach(d -> candidates.remove(d.primary()));
            if (candidates.isEmpty() || life.cluster.routing().shards().size() < 3) {
                return;
            }
            draining = life.any(candidates);
        }
        if (!life.cluster.routing().shards().containsKey(draining)) {
            return;
        }
        boolean involved =
                underWay.stream()
                        .anyMatch(
                                m -> m.to().equals(draining) || m.chunk().shard().equals(draining));
        if (involved
                || !life.cluster.rangeDeletions().stream()
                        .noneMatch(t -> t.shard().equals(draining))) {
            life.cluster.rangeDeletions().stream()
                    .filter(t -> t.shard().equals(draining))
                    .toList()
                    .forEach(RangeDeletion::step);
            return;
        }
        life.wrote("drain " + draining);
        String state = life.cluster.removeShard(draining).getString("state").getValue();
        if (state.equals("ongoing")) {
            for (ShardedCollection collection : life.cluster.routing().collections().values()) {
                for (Chunk chunk : collection.chunks()) {
                    if (chunk.shard().equals(draining)) {
                        begin(collection, chunk);
                        return;
                    }
                }
            }
        }
    }

    /** A shard that left comes back, emptied; or one is drained for a while. */
    void drainOrComeBack() {
        if (draining.isEmpty() || life.cluster.routing().shards().containsKey(draining)) {
            for (int i = life.below(12); i >= 0; i--) {
                drain();
                advance();
            }
        } else if (!life.isAnyDefining()) {
            life.wrote("add shard " + draining + " again");
            life.step(() -> life.cluster.addShardAgain(draining));
            draining = "";
        }
    }

    void settle() {
        for (int i = 0; i < 400 && !underWay.isEmpty(); i++) {
            advance();
        }
        life.cluster.rangeDeletions().forEach(RangeDeletion::finish);
    }
}
