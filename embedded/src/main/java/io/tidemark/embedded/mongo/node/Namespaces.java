package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.Set;

/** Rules for names of databases and collections (MongoDB manual, "Naming Restrictions"). */
final class Namespaces {
    private static final Set<String> SYSTEM_COLLECTIONS =
            Set.of(
                    "system.views",
                    "system.js",
                    "system.users",
                    "system.roles",
                    "system.version",
                    "system.keys",
                    "system.sessions",
                    "system.profile",
                    "system.indexBuilds",
                    "system.sharding_ddl_coordinators",
                    "system.preimages",
                    "system.backup_users",
                    "system.new_users");

    private Namespaces() {}

    static void requireCreatable(String namespace) {
        String database = database(namespace);
        String collection = collection(namespace);
        if (database.isEmpty()
                || database.length() > 63
                || database.chars().anyMatch(c -> "/\\. \"$\0".indexOf(c) >= 0)) {
            throw invalid("Invalid database name: '" + database + "'");
        }
        if (collection.isEmpty() || collection.startsWith(".") || collection.endsWith(".")) {
            throw invalid("Invalid namespace specified '" + namespace + "'");
        }
        if (collection.indexOf('$') >= 0 || collection.indexOf('\0') >= 0) {
            throw invalid("Invalid collection name: " + collection);
        }
        boolean known =
                SYSTEM_COLLECTIONS.contains(collection)
                        || collection.startsWith("system.buckets.")
                        || collection.startsWith("system.resharding.")
                        || collection.startsWith("system.drop.");
        if (collection.startsWith("system.") && !known) {
            throw invalid("Invalid system namespace: " + namespace);
        }
        if (namespace.length() > 255) {
            throw invalid("Fully qualified namespace is too long: " + namespace);
        }
    }

    static CommandFailure invalid(String message) {
        return new CommandFailure(ErrorCode.InvalidNamespace, message);
    }

    static String database(String namespace) {
        int dot = namespace.indexOf('.');
        return dot < 0 ? namespace : namespace.substring(0, dot);
    }

    static String collection(String namespace) {
        int dot = namespace.indexOf('.');
        return dot < 0 ? "" : namespace.substring(dot + 1);
    }
}
