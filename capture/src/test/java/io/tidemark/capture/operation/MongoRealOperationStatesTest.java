package io.tidemark.capture.operation;

import io.tidemark.capture.mongo.MongoOperationStates;
import org.junit.jupiter.api.AfterEach;

final class MongoRealOperationStatesTest extends OperationStatesContract {
    private LockServer server;

    @Override
    OperationStates states() {
        server = LockServer.real("tidemarkOperations");
        return new MongoOperationStates(server.servers);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }
}
