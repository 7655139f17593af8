package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.InProcessPrimary;
import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.SimulatedMember;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/**
 * A replica set of the cluster, called so that cluster time travels along: it learns of what the
 * caller has seen before it acts, and the caller of what it did.
 *
 * @param id shard id, {@code config} for the config servers; need not be the replica set's name
 */
record Member(String id, SimulatedReplicaSet set, Gossip gossip) {
    <T> T call(Function<InProcessPrimary, T> work) {
        InProcessPrimary primary = set.primary();
        primary.advanceClusterTime(gossip.latest());
        try {
            return work.apply(primary);
        } finally {
            gossip.seen(primary.clusterTime());
        }
    }

    void tell(Consumer<InProcessPrimary> work) {
        call(
                primary -> {
                    work.accept(primary);
                    return null;
                });
    }

    /** Runs a command as a client of the set would; a refusal is thrown. */
    BsonDocument run(String database, BsonDocument command) {
        BsonDocument reply = call(primary -> primary.run(database, command));
        if (reply.getNumber("ok").intValue() != 1) {
            throw new ShardRefusal(id, reply);
        }
        return reply;
    }

    /** Waits until a majority holds all that was written; fails where that takes too long. */
    void requireMajority(long timeoutMillis) {
        BsonTimestamp written = set.primary().lastApplied();
        if (!set.primary().awaitCommitPoint(written, timeoutMillis)) {
            throw new ServerError(
                    64,
                    "WriteConcernFailed",
                    "No majority of " + set.name() + " has reached " + written);
        }
    }

    /** The same set, called with another caller's knowledge of time. */
    Member heardBy(Gossip other) {
        return new Member(id, set, other);
    }

    /** {@code set/host,host} as config.shards has it. */
    String host() {
        return set.connectionString();
    }

    /** The primary's address, as changelog lines name their writer. */
    String server() {
        return set.members().stream()
                .filter(SimulatedMember::isPrimary)
                .map(SimulatedMember::address)
                .findFirst()
                .orElse(set.members().get(0).address());
    }

    BsonTimestamp clusterTime() {
        return set.primary().clusterTime();
    }
}
