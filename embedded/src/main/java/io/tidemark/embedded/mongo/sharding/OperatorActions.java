package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.SimulatedMember;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** What operators and the balancer do: chunks move and split, left-overs go, primaries change. */
final class OperatorActions {
    private static final List<String> MOVABLE = List.of("shop.orders", "bank.accounts");

    private final SimulatedCluster cluster;
    private final WorkloadClient client;
    private Migration migration;

    OperatorActions(SimulatedCluster cluster, WorkloadClient client) {
        this.cluster = cluster;
        this.client = client;
    }

    void beginMigration() {
        if (migration != null) {
            return;
        }
        String namespace = MOVABLE.get(client.below(MOVABLE.size()));
        Optional<ShardedCollection> collection = cluster.routing().collection(namespace);
        if (collection.isPresent()) {
            List<Chunk> chunks = collection.get().chunks();
            Chunk chunk = chunks.get(client.below(chunks.size()));
            List<String> others = new ArrayList<>(cluster.routing().shards().keySet());
            others.remove(chunk.shard());
            if (!others.isEmpty()) {
                migration =
                        cluster.moveChunk(
                                namespace, chunk.min(), others.get(client.below(others.size())));
            }
        }
    }

    void advanceMigration() {
        if (migration == null) {
            return;
        }
        try {
            migration.step();
        } catch (ServerError busy) {
            // A transaction holds the collection: the move waits, as its lock would.
            if (busy.code() != 24) {
                throw busy;
            }
        } catch (CommandFailure duplicate) {
            // A left-over of another range has the id of a document to be copied: the server gives
            // up, too.
            if (duplicate.code() != ErrorCode.DuplicateKey || migration.isAborted()) {
                throw duplicate;
            }
            migration.abort(duplicate.getMessage());
        }
        if (migration.isDone()) {
            migration = null;
        }
    }

    void abortMigration() {
        if (migration != null && !migration.isCommitted() && !migration.isAborted()) {
            migration.abort("the operator has changed his mind");
        }
    }

    void split() {
        String namespace = "shop.orders";
        boolean free = migration == null || !migration.namespace().equals(namespace);
        Optional<ShardedCollection> collection = cluster.routing().collection(namespace);
        if (free && collection.isPresent() && collection.get().chunks().size() < 24) {
            BsonDocument at = new BsonDocument("customer", new BsonInt32(client.below(900)));
            boolean bound =
                    collection.get().chunks().stream().anyMatch(chunk -> chunk.min().equals(at));
            if (!bound) {
                cluster.split(namespace, at);
            }
        }
    }

    void deleteLeftOvers() {
        List<RangeDeletion> tasks = cluster.rangeDeletions();
        if (!tasks.isEmpty()) {
            tasks.get(client.below(tasks.size())).step();
        }
    }

    void elect() {
        List<SimulatedReplicaSet> sets = new ArrayList<>(cluster.replicaSets().values());
        SimulatedReplicaSet set = sets.get(client.below(sets.size()));
        List<SimulatedMember> others =
                set.members().stream()
                        .filter(member -> !member.isPrimary() && member.isElectable())
                        .toList();
        if (!others.isEmpty()) {
            set.elect(others.get(client.below(others.size())));
        }
    }

    void settle() {
        while (migration != null) {
            advanceMigration();
        }
        cluster.rangeDeletions().forEach(Stepwise::finish);
    }
}
