package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.ConfigServers;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoLocks;
import io.tidemark.capture.mongo.MongoOperationStates;
import io.tidemark.capture.mongo.MongoShardDirectory;
import io.tidemark.capture.operation.ClusterTurn;
import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationClock;
import io.tidemark.capture.operation.OperationHistory;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.operation.OperationSettings;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.shards.SourceSets;
import io.tidemark.schemas.config.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The locks of a source cluster, for a process that is no agent. */
public final class SourceLocks implements AutoCloseable {
    private final ConfigServers servers;
    private final MongoShardDirectory directory;
    private final OperationSettings settings;
    private Optional<SourceSet> leading = Optional.empty();

    /**
     * Opens no connection yet.
     *
     * @param uri as {@code source.uri} of the agents
     * @param settings the agents' own: who waits for less time than they do takes locks of the
     *     living
     */
    public SourceLocks(Secret uri, Duration timeout, OperationSettings settings) {
        MongoAccess access = new MongoAccess(new ConnectionString(uri.value()), timeout);
        this.directory = new MongoShardDirectory(access);
        this.settings = settings;
        this.servers = new ConfigServers(access, () -> leading);
    }

    /**
     * Takes the cluster's lock; as {@link ClusterTurn#take}.
     *
     * @param owner for people to read, such as host and process
     */
    public ClusterTurn take(OperationKind kind, String owner) throws InterruptedException {
        find();
        String life = UUID.randomUUID().toString().substring(0, 8);
        return ClusterTurn.take(
                new ClusterTurn.Ports(
                        new MongoLocks(servers),
                        new MongoOperationStates(servers),
                        OperationClock.system(),
                        settings,
                        owner + "-" + life),
                new ControlCommand(
                        new OperationId(
                                kind.word() + "-" + life + "-" + System.currentTimeMillis()),
                        kind,
                        Map.of(),
                        System.currentTimeMillis()));
    }

    /**
     * Which operations are over, as the agents keep it.
     *
     * @throws io.tidemark.capture.tail.SourceUnavailableException if the cluster doesn't answer
     * @throws io.tidemark.capture.tail.SourceRefusedException if a person must act
     */
    public OperationHistory history() {
        if (leading.isEmpty()) {
            find();
        }
        return new MongoOperationStates(servers);
    }

    private void find() {
        leading = SourceSets.of(directory.current()).leading();
    }

    @Override
    public void close() {
        servers.close();
        directory.close();
    }
}
