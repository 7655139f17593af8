package io.tidemark.cli.demo;

import io.tidemark.embedded.mongo.sharding.Migration;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;

/**
 * Moves chunks of a collection from shard to shard, one after the other without a pause, as the
 * balancer of a busy cluster does: step by step between the shop's writes.
 */
final class Balancer {
    private static final String ENTER = "enter the critical section";
    private static final String RELEASE = "release";

    private final SimulatedCluster cluster;
    private final Random random;
    private final String namespace;
    private final List<BsonDocument> chunks;
    private Migration current;
    private int next;
    private int moves;

    /**
     * @param chunks a shard key of each chunk
     */
    Balancer(SimulatedCluster cluster, Random random, String namespace, List<BsonDocument> chunks) {
        this.cluster = cluster;
        this.random = random;
        this.namespace = namespace;
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
        BsonDocument key = chunks.get(next++ % chunks.size());
        String owner = cluster.routing().collection(namespace).orElseThrow().shardOf(key);
        List<String> others =
                cluster.shards().keySet().stream().filter(shard -> !shard.equals(owner)).toList();
        return cluster.moveChunk(namespace, key, others.get(random.nextInt(others.size())));
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
