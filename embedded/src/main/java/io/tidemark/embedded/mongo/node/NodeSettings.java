package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.ServerVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.bson.types.ObjectId;

/**
 * How a simulated replica set is set up.
 *
 * @param name replica set name
 * @param oplogMaxBytes size of the capped log
 * @param keepHistory whether older versions of documents stay readable
 * @param keepOracle whether the oracle takes notes
 * @param noopInterval quiet time after which a primary writes its periodic noop; zero never
 * @param configServer whether the set is the config servers of a cluster
 */
public record NodeSettings(
        String name,
        ServerVersion version,
        List<MemberConfig> members,
        Clock wall,
        long oplogMaxBytes,
        boolean keepHistory,
        boolean keepOracle,
        Duration noopInterval,
        boolean configServer,
        ObjectId replicaSetId) {
    public NodeSettings {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("A replica set needs at least one member");
        }
    }
}
