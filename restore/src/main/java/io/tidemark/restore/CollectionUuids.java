package io.tidemark.restore;

import io.tidemark.restore.config.ChunkTable;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Where a target could not give collections the source's UUIDs, and what follows from it. */
final class CollectionUuids {
    private final ChunkTable chunks;
    private final Map<UUID, UUID> rewritten = new HashMap<>();
    private final Set<Namespace> torn = new TreeSet<>();

    CollectionUuids(ChunkTable chunks) {
        this.chunks = chunks;
    }

    /** A restored collection of one shard. */
    void see(CollectionState collection) {
        boolean differs =
                collection.uuid().isPresent()
                        && collection.targetUuid().isPresent()
                        && !collection.uuid().equals(collection.targetUuid());
        if (differs && chunks.owners(collection.namespace()).size() > 1) {
            torn.add(collection.namespace());
        } else if (differs) {
            rewritten.put(collection.uuid().get(), collection.targetUuid().get());
        }
    }

    /** True if every collection has the source's. */
    boolean areKept() {
        return rewritten.isEmpty() && torn.isEmpty();
    }

    /** True unless a collection has another UUID on each of its shards. */
    boolean fitTogether() {
        return torn.isEmpty();
    }

    /** The target's by the source's, of collections that lie on one shard. */
    Map<UUID, UUID> rewritten() {
        return rewritten;
    }

    /** What the operator must know. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!areKept()) {
            warnings.add(
                    "Collections have new UUIDs: they are time series, or a target has no applyOps,"
                            + " or it may not be used (role restore).");
        }
        if (!torn.isEmpty()) {
            warnings.add(
                    "The config metadata keep the source's UUIDs of collections on several shards "
                            + torn
                            + ", which the targets do not have: these targets can't be joined to"
                            + " one sharded cluster as they are.");
        }
        return warnings;
    }
}
