package io.tidemark.bench;

import com.mongodb.client.MongoClient;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.Optional;

/** An empty server to write to: a simulated one, or a given one whose databases are emptied. */
final class BenchTarget implements AutoCloseable {
    private final Optional<SimulatedReplicaSet> simulated;
    private final String uri;

    /**
     * @param given a server that holds nothing worth keeping in the database {@code bench}
     */
    static BenchTarget empty(Optional<String> given) {
        if (given.isPresent()) {
            drop(given.get());
            return new BenchTarget(Optional.empty(), given.get());
        }
        SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("bench").newestOnly().oplogMaxBytes(8L << 30).start();
        return new BenchTarget(Optional.of(set), set.uri());
    }

    private BenchTarget(Optional<SimulatedReplicaSet> simulated, String uri) {
        this.simulated = simulated;
        this.uri = uri;
    }

    private static void drop(String uri) {
        try (MongoClient client = RawWrites.client(uri)) {
            client.getDatabase("bench").drop();
            client.getDatabase("tidemark_restore").drop();
        }
    }

    String uri() {
        return uri;
    }

    @Override
    public void close() {
        simulated.ifPresentOrElse(SimulatedReplicaSet::close, () -> drop(uri));
    }
}
