package io.tidemark.capture.snapshot;

import io.tidemark.schemas.model.Namespace;
import java.util.Set;

/**
 * Which collections a base holds. Left out is what belongs to a server and not to the cluster's
 * data, and what no restore could use: a restored lock, session or cache would describe a cluster
 * that no longer exists. The reasons, one by one: {@code
 * docs/decisions/0041-what-a-base-snapshot-holds.md}.
 */
final class SnapshotNamespaces {
    /** Of the config servers' {@code config}: state of servers, sessions and work under way. */
    private static final Set<String> NOT_OF_CONFIG =
            Set.of(
                    "actionlog",
                    "collection_critical_sections",
                    "external_validation_keys",
                    "image_collection",
                    "localReshardingConflictStash",
                    "lockpings",
                    "locks",
                    "migrationCoordinators",
                    "migrationRecipients",
                    "mongos",
                    "rangeDeletions",
                    "sampledQueries",
                    "sampledQueriesDiff",
                    "system.indexBuilds",
                    "system.preimages",
                    "system.sessions",
                    "transaction_coordinators",
                    "transactions",
                    "user_writes_critical_sections",
                    "vectorClock");

    private final boolean configServer;

    SnapshotNamespaces(boolean configServer) {
        this.configServer = configServer;
    }

    boolean holds(Namespace namespace) {
        String name = namespace.collection();
        return switch (namespace.database()) {
            case "local" -> false;
            case "config" ->
                    configServer
                            && !NOT_OF_CONFIG.contains(name)
                            && !name.startsWith("cache.")
                            && !name.startsWith("localResharding");
            case "admin" -> !name.startsWith("tidemark") && !name.equals("system.keys");
            default -> !name.equals("system.profile") && !name.equals("system.indexBuilds");
        };
    }
}
