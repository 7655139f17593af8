package io.tidemark.streams.fold;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.streams.signal.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds out who was a member of the cluster before the first entry. Entries tell who joins later;
 * without the first members the watermark would be a promise that nobody can keep.
 *
 * <p>The settings know best; else the START record of the config servers' topic tells the shards of
 * its moment. Where it is gone or doesn't tell, the sets that said their role within a while count.
 */
final class Founding {
    private final Optional<Signal.Founded> given;
    private final Map<ReplicaSet, ReplicaSetRole> roles = new TreeMap<>();
    private Optional<Signal.Founded> told = Optional.empty();

    Founding(Optional<Signal.Founded> given) {
        this.given = given;
    }

    void hear(Signal signal) {
        if (signal instanceof Signal.Role role) {
            roles.putIfAbsent(role.replicaSet(), role.role());
        } else if (signal instanceof Signal.Begins begins) {
            begins.role().ifPresent(role -> roles.putIfAbsent(begins.replicaSet(), role));
            if (told.isEmpty()) {
                told = begins.shards().map(shards -> founded(begins, shards));
            }
        }
    }

    /** The members, once somebody who knows has told them. */
    Optional<Signal.Founded> certain() {
        return given.or(() -> told);
    }

    /** The members by the roles heard of so far; empty while the config servers are not. */
    Optional<Signal.Founded> byRoles() {
        List<Shard> shards = new ArrayList<>();
        roles.forEach(
                (set, role) -> {
                    if (role instanceof ReplicaSetRole.ShardServer shard) {
                        shards.add(new Shard(shard.id(), set));
                    }
                });
        return roles.entrySet().stream()
                .filter(role -> role.getValue() instanceof ReplicaSetRole.ConfigServer)
                .findFirst()
                .map(config -> new Signal.Founded(config.getKey(), shards, false));
    }

    /** With the cluster's first entry on record, its entries tell every shard that joined. */
    private static Signal.Founded founded(Signal.Begins begins, List<Shard> shards) {
        boolean fromBirth = begins.after().equals(ClusterTime.ZERO);
        return new Signal.Founded(begins.replicaSet(), fromBirth ? List.of() : shards, true);
    }
}
