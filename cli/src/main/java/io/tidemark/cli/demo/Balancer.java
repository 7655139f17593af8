package io.tidemark.cli.demo;

import io.tidemark.embedded.mongo.sharding.Migration;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/**
 * Moves chunks of the orders from shard to shard, one after the other without a pause, as the
 * balancer of a busy cluster does: step by step between the shop's writes.
 */
final class Balancer {
    private static final String ORDERS = "shop.orders";
    private static final String ENTER = "enter the critical section";
    private static final String RELEASE = "release";

    private final SimulatedCluster cluster;
    private final Random random;
    private final List<Integer> chunks;
    private Migration current;
    private int next;
    private int moves;

    /**
     * @param chunks a customer of each chunk
     */
    Balancer(SimulatedCluster cluster, Random random, List<Integer> chunks) {
        this.cluster = cluster;
        this.random = random;
        this.chunks = List.copyOf(chunks);
    }

    /** The next step of the move under way, or the first of the next one. */
    void step() {
        if (current == null || current.isDone()) {
            current = begin();
            moves++;
        }
        // Writes to the range wait in there: as short as it can be.
        boolean critical = current.next().filter(ENTER::equals).isPresent();
        while (critical && current.next().filter(RELEASE::equals).isEmpty()) {
            current.step();
        }
        current.step();
    }

    private Migration begin() {
        BsonInt32 customer = new BsonInt32(chunks.get(next++ % chunks.size()));
        BsonDocument key = new BsonDocument("customer", customer);
        String owner = cluster.routing().collection(ORDERS).orElseThrow().shardOf(key);
        List<String> others =
                cluster.shards().keySet().stream().filter(shard -> !shard.equals(owner)).toList();
        return cluster.moveChunk(ORDERS, key, others.get(random.nextInt(others.size())));
    }

    /** Ends the move under way. */
    void finish() {
        if (current != null) {
            current.finish();
        }
    }

    /** How many were begun. */
    int moves() {
        return moves;
    }
}
