package io.tidemark.capture.operation;

import io.tidemark.capture.mongo.MongoLocks;
import org.junit.jupiter.api.AfterEach;

final class MongoRealLocksTest extends LocksContract {
    private LockServer server;

    @Override
    Locks locks() {
        server = LockServer.real("tidemarkLocks");
        return new MongoLocks(server.servers);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }
}
