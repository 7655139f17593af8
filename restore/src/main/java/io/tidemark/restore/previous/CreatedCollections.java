package io.tidemark.restore.previous;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.restore.replay.ddl.DdlCommand;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Every UUID and every name that the restore of a replica set may give to a collection, those that
 * replay drops again too. A server that is to create a collection with a UUID that it has under
 * another name takes that one instead, whatever is in it.
 */
public final class CreatedCollections {
    private final Set<UUID> uuids = new HashSet<>();
    private final Set<Namespace> names = new HashSet<>();
    private final boolean all;

    private CreatedCollections(boolean all) {
        this.all = all;
    }

    /** Of a standby, which goes on with entries that nobody knows yet. */
    public static CreatedCollections unknown() {
        return new CreatedCollections(true);
    }

    /**
     * Reads the commands of the replica set's oplog.
     *
     * @param base that it begins with
     * @param cluster tells the UUIDs of sharded collections, for bases that don't
     */
    public static CreatedCollections of(
            Optional<BaseManifest> base,
            EntrySource source,
            ClusterTime to,
            ClusterMetadata cluster) {
        // Of a base without UUIDs they are learned as operations name them.
        boolean nameless =
                base.stream().flatMap(b -> b.collections().stream()).anyMatch(c -> !c.uuidKnown());
        CreatedCollections created = new CreatedCollections(nameless);
        base.ifPresent(manifest -> manifest.collections().forEach(created::add));
        cluster.shardedCollections()
                .values()
                .forEach(sharded -> sharded.uuid().ifPresent(created.uuids::add));
        source.forEachCommand(to, created::read);
        return created;
    }

    private void add(BaseCollection collection) {
        uuids.add(collection.uuid());
        names.add(collection.namespace());
    }

    private void read(OplogEntry entry) {
        if (entry.shape() == EntryShape.DDL) {
            read(Operation.of(entry));
        } else if (entry.o().has("applyOps")) {
            Operations.forEach(entry, this::read);
        }
    }

    private void read(Operation operation) {
        if (!operation.op().equals("c")) {
            return;
        }
        DdlCommand command = DdlCommand.of(operation.ns(), operation.o());
        if (command instanceof DdlCommand.Create create) {
            operation.uuid().ifPresent(uuids::add);
            names.add(create.namespace());
        } else if (command instanceof DdlCommand.Rename rename) {
            names.add(rename.to());
        }
    }

    boolean mayUse(UUID uuid) {
        return all || uuids.contains(uuid);
    }

    /** Whether a collection that was kept by an earlier restore is in the way of this one. */
    public boolean mayMeet(Namespace name, Optional<UUID> uuid) {
        return names.contains(name) || uuid.filter(this::mayUse).isPresent();
    }
}
