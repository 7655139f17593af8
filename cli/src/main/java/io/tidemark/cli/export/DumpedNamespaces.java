package io.tidemark.cli.export;

import io.tidemark.schemas.model.Namespace;
import java.util.Set;

/**
 * Which collections mongodump writes. The others are servers' own, or told by others' metadata, as
 * {@code system.views} is by each view's: mongorestore would put their documents where no client
 * may. (mongo-tools, {@code mongodump/prepare.go}.)
 */
final class DumpedNamespaces {
    private static final String BUCKETS = "system.buckets.";

    private static final Set<String> NOT_OF_CONFIG =
            Set.of(
                    "image_collection",
                    "mongos",
                    "system.indexBuilds",
                    "system.preimages",
                    "system.sessions",
                    "transaction_coordinators",
                    "transactions");

    private DumpedNamespaces() {}

    static boolean has(Namespace namespace) {
        String name = namespace.collection();
        return switch (namespace.database()) {
            case "local" -> false;
            case "admin" -> !name.equals("system.keys");
            case "config" -> !NOT_OF_CONFIG.contains(name) && !name.startsWith("cache.");
            default ->
                    !name.startsWith("system.")
                            || name.startsWith(BUCKETS)
                            || name.equals("system.js");
        };
    }
}
