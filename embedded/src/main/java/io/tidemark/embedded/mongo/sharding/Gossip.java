package io.tidemark.embedded.mongo.sharding;

import org.bson.BsonTimestamp;

/** The greatest cluster time one router or coordinator has seen. */
final class Gossip {
    private BsonTimestamp latest = Bson.NO_TIME;

    synchronized BsonTimestamp latest() {
        return latest;
    }

    synchronized void seen(BsonTimestamp time) {
        latest = Bson.later(latest, time);
    }
}
