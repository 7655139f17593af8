package io.tidemark.capture.operation;

import io.tidemark.capture.mongo.MongoOperationStates;
import org.junit.jupiter.api.AfterEach;

final class MongoSimulatedOperationStatesTest extends OperationStatesContract {
    private LockServer server;

    @Override
    OperationStates states() {
        server = LockServer.simulated();
        return new MongoOperationStates(server.servers);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }
}
