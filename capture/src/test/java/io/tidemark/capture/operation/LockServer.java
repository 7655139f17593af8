package io.tidemark.capture.operation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.capture.mongo.ConfigServers;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Config servers for the contracts: simulated ones over TCP, or a real engine. */
final class LockServer implements AutoCloseable {
    final ConfigServers servers;
    private final Runnable end;

    private LockServer(String uri, List<String> seeds, Runnable end) {
        this.end = end;
        MongoAccess access = new MongoAccess(new ConnectionString(uri), Duration.ofSeconds(60));
        SourceSet set = new SourceSet(new ReplicaSet("config"), Optional.empty(), true, seeds);
        this.servers = new ConfigServers(access, () -> Optional.of(set), LockServer::wallTime);
    }

    static LockServer simulated() {
        SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("config").configServer(true).members(3).start();
        return new LockServer(
                set.uri(),
                set.members().stream().map(member -> member.address()).toList(),
                set::close);
    }

    /**
     * @param collection of the database admin that the test fills, emptied before and after; others
     *     belong to tests that may run at the same time
     */
    static LockServer real(String collection) {
        String uri = System.getenv("TIDEMARK_TEST_MONGO_LOCKS");
        assumeTrue(uri != null, "Skipped: TIDEMARK_TEST_MONGO_LOCKS names no server");
        empty(uri, collection);
        return new LockServer(
                uri, new ConnectionString(uri).getHosts(), () -> empty(uri, collection));
    }

    private static void empty(String uri, String collection) {
        try (MongoClient client = MongoClients.create(uri)) {
            client.getDatabase("admin").getCollection(collection).drop();
        }
    }

    /** The engine is no replica set. */
    private static ClusterTime wallTime() {
        long millis = System.currentTimeMillis();
        return new ClusterTime(millis / 1000, millis % 1000);
    }

    @Override
    public void close() {
        servers.close();
        end.run();
    }
}
