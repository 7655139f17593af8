package io.tidemark.restore.replay;

import io.tidemark.schemas.model.Namespace;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which namespaces replay restores, and which belong to a server's own bookkeeping (a restored
 * lock, cursor or cache would lie about the target). Source: MongoDB's and Percona's restore tools.
 */
public final class NamespaceRules {
    /** What becomes of a namespace. */
    public enum Route {
        /** Written to the target during replay. */
        DATA,
        /** Followed in memory and put into the target at the end, adapted to it. */
        METADATA,
        /** Kept aside in the target during replay, and adapted at the end: it may be large. */
        STAGED,
        /** Not restored. */
        SKIP
    }

    private static final Set<String> ACCOUNTS = Set.of("system.roles", "system.users");
    private static final Set<String> CONFIG_METADATA =
            Set.of("collections", "databases", "settings", "shards", "tags", "version");

    private final boolean configServer;
    private final boolean data;
    private final Predicate<Namespace> chosen;

    private NamespaceRules(boolean configServer, boolean data, Predicate<Namespace> chosen) {
        this.configServer = configServer;
        this.data = data;
        this.chosen = chosen;
    }

    /** For a replica set that holds data. */
    public static NamespaceRules shard() {
        return new NamespaceRules(false, true, namespace -> true);
    }

    /** For the config servers, whose {@code config} database is the cluster's metadata. */
    public static NamespaceRules configServer() {
        return new NamespaceRules(true, true, namespace -> true);
    }

    /** For reading the cluster's metadata alone, without the chunks. */
    public static NamespaceRules metadataOnly() {
        return new NamespaceRules(true, false, namespace -> true);
    }

    /** These, but of users' collections only the chosen ones. */
    public NamespaceRules only(Predicate<Namespace> collections) {
        return new NamespaceRules(configServer, data, collections);
    }

    public Route of(Namespace namespace) {
        Route route = ofAny(namespace);
        if (route == Route.DATA && !chosen.test(namespace)) {
            return Route.SKIP;
        }
        boolean small = route == Route.METADATA || route == Route.SKIP;
        return small || data ? route : Route.SKIP;
    }

    private Route ofAny(Namespace namespace) {
        return switch (namespace.database()) {
            case "local" -> Route.SKIP;
            case "config" -> ofConfig(namespace.collection());
            case "admin" -> ofAdmin(namespace.collection());
            default -> ofUser(namespace.collection());
        };
    }

    private Route ofConfig(String collection) {
        if (configServer && collection.equals("chunks")) {
            return Route.STAGED;
        }
        return configServer && CONFIG_METADATA.contains(collection) ? Route.METADATA : Route.SKIP;
    }

    /**
     * Users and roles are put beside the target's at the end. Keys and versions are the target's
     * own; so are the locks of backup tools.
     */
    private static Route ofAdmin(String collection) {
        if (ACCOUNTS.contains(collection)) {
            return Route.METADATA;
        }
        boolean own =
                collection.startsWith("system.")
                        || collection.startsWith("pbm")
                        || collection.startsWith("tidemark");
        return own ? Route.SKIP : Route.DATA;
    }

    private static Route ofUser(String collection) {
        return switch (collection) {
            case "system.views" -> Route.METADATA;
            case "system.profile", "system.indexBuilds", "system.indexes", "system.namespaces" ->
                    Route.SKIP;
            default -> Route.DATA;
        };
    }
}
