package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.ddl.DdlCommand;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Applies commands to the target's collections and to the catalogue of indexes. Before a collection
 * changes, what was gathered for it is written; other collections go on.
 */
final class DdlReplay {
    private final ReplayStart start;
    private final Collections collections;
    private final WriteQueue queue;

    DdlReplay(ReplayStart start, Collections collections, WriteQueue queue) {
        this.start = start;
        this.collections = collections;
        this.queue = queue;
    }

    /** True if something that is restored changed. */
    boolean apply(Operation operation) {
        DdlCommand command = DdlCommand.of(operation.ns(), operation.o());
        if (command instanceof DdlCommand.Create create) {
            return create(operation.uuid(), create);
        } else if (command instanceof DdlCommand.Drop drop) {
            operation.uuid().ifPresent(collections::droppedUnknown);
            return drop(collections.resolve(operation.uuid(), drop.namespace()));
        } else if (command instanceof DdlCommand.DropDatabase database) {
            return dropDatabase(database.database());
        } else if (command instanceof DdlCommand.Rename rename) {
            return rename(operation, rename);
        } else if (command instanceof DdlCommand.CollMod collMod) {
            return modify(operation, collMod);
        } else if (command instanceof DdlCommand.AddIndexes add) {
            Optional<CollectionState> of = collections.changed(operation, add.namespace());
            of.ifPresent(c -> add.specifications().forEach(c.indexes()::add));
            return of.isPresent();
        } else if (command instanceof DdlCommand.DropIndexes dropped) {
            return dropIndexes(operation, dropped);
        } else if (command instanceof DdlCommand.ConvertToCapped capped) {
            return convertToCapped(operation, capped);
        } else if (command instanceof DdlCommand.Empty empty) {
            return empty(operation, empty);
        } else if (command instanceof DdlCommand.Refused refused) {
            refuse(operation, refused);
        }
        return false;
    }

    /** Up to 3.4 an index came into being by an insert into {@code db.system.indexes}. */
    boolean applyOldIndex(Operation operation) {
        boolean isIndex = operation.op().equals("i") && operation.ns().endsWith(".system.indexes");
        Optional<CollectionState> of =
                isIndex
                        ? operation
                                .o()
                                .string("ns")
                                .flatMap(Namespace::parse)
                                .flatMap(collections::named)
                        : Optional.empty();
        of.ifPresent(c -> c.indexes().add(operation.o()));
        return of.isPresent();
    }

    private boolean create(Optional<UUID> uuid, DdlCommand.Create create) {
        Namespace namespace = create.namespace();
        if (start.rules().of(namespace) == NamespaceRules.Route.SKIP) {
            return false;
        }
        Optional<CollectionState> known = uuid.flatMap(collections::find);
        if (known.isPresent()) {
            moveInto(known.get(), namespace);
            return true;
        }
        Optional<CollectionState> occupant = collections.named(namespace);
        if (occupant.isPresent()) {
            boolean same = uuid.isEmpty() || occupant.get().uuid().isEmpty();
            if (same) {
                uuid.ifPresent(id -> collections.resolve(uuid, namespace));
                return true;
            }
            moveAside(occupant.get());
        }
        collections.create(namespace, uuid, create.options());
        return true;
    }

    private boolean drop(Optional<CollectionState> collection) {
        collection.ifPresent(
                c -> {
                    queue.discard(c);
                    collections.drop(c);
                });
        return collection.isPresent();
    }

    private boolean dropDatabase(String database) {
        List<CollectionState> all = collections.inDatabase(database);
        boolean metadata =
                all.stream()
                        .anyMatch(
                                c -> start.rules().of(c.namespace()) == NamespaceRules.Route.SKIP);
        if (metadata) {
            return false;
        }
        all.forEach(c -> drop(Optional.of(c)));
        return !all.isEmpty();
    }

    private boolean rename(Operation operation, DdlCommand.Rename rename) {
        Optional<CollectionState> source = collections.changed(operation, rename.from());
        rename.dropTarget().ifPresent(collections::droppedUnknown);
        rename.dropTarget()
                .flatMap(collections::find)
                .filter(c -> source.isEmpty() || c != source.get())
                .ifPresent(c -> drop(Optional.of(c)));
        source.ifPresent(
                collection -> {
                    Optional<CollectionState> occupant = collections.named(rename.to());
                    boolean goes = rename.dropsTarget() && rename.dropTarget().isEmpty();
                    if (goes && occupant.isPresent() && occupant.get() != collection) {
                        drop(occupant);
                    }
                    moveInto(collection, rename.to());
                });
        return source.isPresent();
    }

    private boolean modify(Operation operation, DdlCommand.CollMod collMod) {
        Optional<CollectionState> of = collections.changed(operation, collMod.namespace());
        of.ifPresent(
                collection -> {
                    if (!collMod.changes().isEmpty()) {
                        collection.modifications().add(collMod.changes());
                    }
                    collMod.index().ifPresent(collection.indexes()::modify);
                });
        return of.isPresent();
    }

    private boolean dropIndexes(Operation operation, DdlCommand.DropIndexes dropped) {
        Optional<CollectionState> of = collections.changed(operation, dropped.namespace());
        of.ifPresent(
                collection -> {
                    dropped.name().ifPresent(collection.indexes()::remove);
                    dropped.key().ifPresent(collection.indexes()::remove);
                });
        return of.isPresent();
    }

    private boolean convertToCapped(Operation operation, DdlCommand.ConvertToCapped capped) {
        Optional<CollectionState> of = collections.changed(operation, capped.namespace());
        of.ifPresent(
                collection -> {
                    queue.await(collection);
                    collections.convertToCapped(collection, capped.sizeBytes());
                    collection.indexes().remove("*");
                });
        return of.isPresent();
    }

    private boolean empty(Operation operation, DdlCommand.Empty empty) {
        Optional<CollectionState> of = collections.changed(operation, empty.namespace());
        of.ifPresent(
                collection -> {
                    drop(of);
                    collections.create(
                            collection.namespace(), collection.uuid(), collection.options());
                });
        return of.isPresent();
    }

    /** Gives the collection this name, whoever has it; a fuzzy base may hold later names. */
    private void moveInto(CollectionState collection, Namespace name) {
        if (collection.namespace().equals(name)) {
            return;
        }
        collections.named(name).ifPresent(this::moveAside);
        queue.await(collection);
        collections.rename(collection, name);
    }

    private void moveAside(CollectionState occupant) {
        queue.await(occupant);
        collections.rename(occupant, collections.displacedName(occupant));
    }

    private void refuse(Operation operation, DdlCommand.Refused refused) {
        throw new RestoreException.ArchiveDamaged(
                "Entry "
                        + operation.at()
                        + " of replica set "
                        + start.replicaSet()
                        + " on "
                        + operation.ns()
                        + " can't be replayed: "
                        + refused.reason()
                        + ".");
    }
}
