package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** How to set up a {@link SimulatedCluster}. */
public final class ClusterBuilder {
    ServerVersion version = ServerVersion.V5_0;
    long seed = 1;
    int shards = 3;
    int members = 1;
    int configMembers = 1;
    Clock clock = Clock.systemUTC();
    Duration noopInterval = Duration.ofSeconds(10);
    Duration orphanCleanupDelay = Duration.ofMinutes(15);
    long oplogMaxBytes = 1L << 30;
    boolean manualTicks;
    UnaryOperator<SimulatedReplicaSet.Builder> customization = UnaryOperator.identity();

    ClusterBuilder() {}

    public ClusterBuilder version(ServerVersion value) {
        version = value;
        return this;
    }

    /** Makes the ids that the cluster itself gives out repeatable. */
    public ClusterBuilder seed(long value) {
        seed = value;
        return this;
    }

    public ClusterBuilder shards(int count) {
        shards = count;
        return this;
    }

    /** Members of each shard. */
    public ClusterBuilder members(int count) {
        members = count;
        return this;
    }

    public ClusterBuilder configMembers(int count) {
        configMembers = count;
        return this;
    }

    /** Wall clock of all sets; one that only moves by hand makes runs repeatable. */
    public ClusterBuilder clock(Clock value) {
        clock = value;
        return this;
    }

    /** Quiet time after which a primary writes its noop; zero: never. */
    public ClusterBuilder noopInterval(Duration value) {
        noopInterval = value;
        return this;
    }

    /** How long a donor keeps a range it has given away. */
    public ClusterBuilder orphanCleanupDelay(Duration value) {
        orphanCleanupDelay = value;
        return this;
    }

    public ClusterBuilder oplogMaxBytes(long value) {
        oplogMaxBytes = value;
        return this;
    }

    /** No background work in the sets: their {@code tick()} is called by the test. */
    public ClusterBuilder manualTicks() {
        manualTicks = true;
        return this;
    }

    /** Further settings of every replica set. */
    public ClusterBuilder eachSet(UnaryOperator<SimulatedReplicaSet.Builder> change) {
        customization = change;
        return this;
    }

    /** Starts all sets and the router; ports are open when this returns. */
    public SimulatedCluster start() {
        if (shards < 1) {
            throw new IllegalArgumentException("A cluster needs at least one shard, not " + shards);
        }
        return new SimulatedCluster(this).start();
    }
}
