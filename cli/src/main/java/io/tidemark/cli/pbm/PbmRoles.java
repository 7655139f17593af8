package io.tidemark.cli.pbm;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.dump.Dump;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What each replica set is to its cluster: {@code config.shards} in the config servers' dump names
 * the shards' ids and replica sets, and only config servers hold such documents.
 */
final class PbmRoles {
    private final Set<String> configServers = new TreeSet<>();
    private final Set<String> replicaSets = new TreeSet<>();
    private final Map<String, String> shards = new TreeMap<>();

    void see(PbmBackup backup, PbmBackup.Member member, Dump dump) {
        replicaSets.add(member.name());
        for (RawDocument shard : dump.shards()) {
            configServers.add(member.name());
            Optional<String> host = shard.string("host").filter(text -> text.contains("/"));
            host.ifPresent(
                    text ->
                            shards.put(
                                    text.substring(0, text.indexOf('/')),
                                    shard.string("_id").orElseThrow()));
        }
        if (member.configServer().orElse(false)) {
            configServers.add(member.name());
        }
        backup.shardIds().forEach(shards::putIfAbsent);
    }

    /**
     * @throws CommandFailure if the replica sets can't be one cluster
     */
    void requireCluster() {
        boolean alone = replicaSets.size() == 1 && configServers.isEmpty();
        if (replicaSets.isEmpty() || alone || configServers.size() == 1) {
            return;
        }
        throw new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "The backups hold the replica sets "
                        + replicaSets
                        + ", of which "
                        + configServers
                        + " are config servers by their metadata or their config.shards. A sharded"
                        + " cluster has exactly one such set. Choose backups of one cluster by"
                        + " --backup, or import replica set by replica set.");
    }

    /** Empty if neither backup nor {@code config.shards} tells. */
    Optional<ReplicaSetRole> of(String replicaSet) {
        if (configServers.contains(replicaSet)) {
            return Optional.of(ReplicaSetRole.CONFIG_SERVER);
        }
        Optional<String> told = Optional.ofNullable(shards.get(replicaSet));
        boolean known = replicaSets.contains(replicaSet);
        return told.or(() -> known ? Optional.of(replicaSet) : Optional.empty())
                .map(ReplicaSetRole::shard);
    }
}
