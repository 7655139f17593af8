package io.tidemark.restore.target;

import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;

/**
 * What a target says of itself.
 *
 * @param address for messages: hosts, no credentials
 * @param hosts {@code host:port} of its members as it knows them
 * @param setName of its replica set; empty for a server outside of one
 * @param serverVersion such as {@code 7.0.5}
 * @param writable true if it is the primary, or a lone server
 * @param collections all collections and views, those of {@code admin}, {@code config} and {@code
 *     local} too
 * @param shardIdentity the shard id, if it is a member of a sharded cluster
 * @param knownShards ids of the shards in its {@code config.shards}
 * @param knownHosts hosts in its {@code config.shards}
 * @param chunks documents in its {@code config.chunks}, those of {@code config.system.sessions}
 *     left out
 * @param choosesUuids true if collections can be created with a given UUID: it has applyOps
 * @param condition what else it tells, where it does
 * @param unfinished what an earlier restore wrote into it, if that one did not end
 */
public record TargetFacts(
        String address,
        List<String> hosts,
        Optional<String> setName,
        String serverVersion,
        boolean writable,
        List<Namespace> collections,
        Optional<String> shardIdentity,
        List<String> knownShards,
        List<String> knownHosts,
        long chunks,
        boolean choosesUuids,
        TargetCondition condition,
        Optional<String> unfinished) {
    public TargetFacts {
        hosts = List.copyOf(hosts);
        collections = List.copyOf(collections);
        knownShards = List.copyOf(knownShards);
        knownHosts = List.copyOf(knownHosts);
    }

    /**
     * Without what a base of the source brings with it: its place in the source's cluster. The
     * target is a replica set of no cluster, which shows by nothing but its hosts what it is.
     */
    public TargetFacts withoutBase() {
        return new TargetFacts(
                address,
                hosts,
                setName,
                serverVersion,
                writable,
                collections,
                Optional.empty(),
                List.of(),
                List.of(),
                0,
                choosesUuids,
                condition.withoutIds(),
                unfinished);
    }

    /** The same with other collections. */
    public TargetFacts holding(List<Namespace> others) {
        return new TargetFacts(
                address,
                hosts,
                setName,
                serverVersion,
                writable,
                others,
                shardIdentity,
                knownShards,
                knownHosts,
                chunks,
                choosesUuids,
                condition,
                unfinished);
    }

    /** Collections of users: what a restore would mix with. */
    public List<Namespace> userCollections() {
        return collections.stream().filter(TargetFacts::isUsers).toList();
    }

    /**
     * {@code name/host:port,…}.
     *
     * @param name for a server outside of a replica set
     */
    public String connectionString(String name) {
        return setName.orElse(name) + "/" + (hosts.isEmpty() ? address : String.join(",", hosts));
    }

    /** True if it belongs to a sharded cluster, whose servers check each other's metadata. */
    public boolean isClusterMember() {
        return shardIdentity.isPresent() || !knownShards.isEmpty();
    }

    private static boolean isUsers(Namespace namespace) {
        return switch (namespace.database()) {
            case "local", "config", ReplayTarget.MARK_DATABASE -> false;
            case "admin" -> !namespace.collection().startsWith("system.");
            default -> !namespace.collection().equals("system.profile");
        };
    }
}
