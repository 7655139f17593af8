package io.tidemark.cli.dump;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.Optional;

/**
 * Whether a dump is of the shard that it is given for. Every server of a shard keeps, in {@code
 * admin.system.version}, a document {@code shardIdentity} with its shard's id, and backup tools
 * bring it along. Dumps of two shards look alike otherwise: they hold the same sharded collections,
 * with the same UUIDs.
 */
final class ShardIdentity {
    /** The config servers' id where they are a shard as well (config shard, 8.0). */
    private static final String CONFIG_SHARD = "config";

    private static final String CHANGELOG = "config.changelog";

    private ShardIdentity() {}

    /** The id in documents of {@code admin.system.version}; empty if none tells it. */
    static Optional<String> in(List<RawDocument> versions) {
        return versions.stream()
                .filter(each -> each.string("_id").filter("shardIdentity"::equals).isPresent())
                .flatMap(each -> each.string("shardName").stream())
                .findFirst();
    }

    /** What is wrong with bringing in {@code dump} as {@code role}; empty if nothing shows. */
    static Optional<String> contradiction(Dump dump, ReplicaSetRole role) {
        if (isOneOfSeveral(role) && dump.shards().stream().anyMatch(ShardIdentity::isOther)) {
            return Optional.of(
                    "is of the config servers by the shards in its config.shards, not of " + role);
        }
        ReplicaSetRole told =
                dump.shardId()
                        .filter(id -> !id.equals(CONFIG_SHARD))
                        .map(ReplicaSetRole::shard)
                        .orElse(role);
        return told.equals(role)
                ? Optional.empty()
                : Optional.of(
                        "is of "
                                + told
                                + " by the shardIdentity in its admin.system.version, not of "
                                + role);
    }

    /**
     * Whether an entry is one that only config servers log: what another shard than themselves told
     * them for {@code config.changelog}.
     */
    static boolean isOfConfigServers(OplogEntry entry) {
        return entry.ns().equals(CHANGELOG)
                && entry.shape() == EntryShape.INSERT
                && entry.o().string("shard").filter(id -> !id.equals(CONFIG_SHARD)).isPresent();
    }

    /** A shard that is not, perhaps, its own config servers. */
    static boolean isOneOfSeveral(ReplicaSetRole role) {
        return role instanceof ReplicaSetRole.ShardServer shard && !shard.id().equals(CONFIG_SHARD);
    }

    /** A lone replica set may be a config shard, and know itself by this id. */
    private static boolean isOther(RawDocument shard) {
        return shard.string("_id").filter(id -> !id.equals(CONFIG_SHARD)).isPresent();
    }
}
