package io.tidemark.cli.dump;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ReplicaSetRole;
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
}
