package io.tidemark.embedded.mongo.sharding;

import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bson.BsonTimestamp;

/**
 * The metadata at every cluster time; a change counts from the time of its entry on the config
 * servers.
 */
final class RoutingHistory {
    private final TreeMap<BsonTimestamp, Routing> versions = new TreeMap<>();

    RoutingHistory() {
        versions.put(Bson.NO_TIME, Routing.EMPTY);
    }

    synchronized Routing now() {
        return versions.lastEntry().getValue();
    }

    synchronized Routing at(BsonTimestamp time) {
        return versions.floorEntry(time).getValue();
    }

    synchronized void change(BsonTimestamp at, UnaryOperator<Routing> change) {
        if (at.compareTo(versions.lastKey()) < 0) {
            throw new IllegalStateException(
                    "Metadata change at "
                            + at
                            + " lies before the newest one at "
                            + versions.lastKey());
        }
        versions.put(at, change.apply(now()));
    }
}
