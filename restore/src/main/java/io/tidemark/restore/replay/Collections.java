package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Finds the collection that an operation is about: by UUID, which stays over renames, and by name
 * only where no UUID is known.
 */
final class Collections {
    static final RawDocument NO_OPTIONS = RawDocument.of(new RawDocumentBuilder().build());
    private static final String DISPLACED = "tidemark_displaced_";
    private static final String RESHARDING = "system.resharding.";

    private final ReplayStart start;
    private final ReplayTarget target;
    private final ReplayTarget staged;
    private final MemoryTarget metadata;
    private final DocumentHashes written;
    private final Catalogue catalogue = new Catalogue();
    private final Set<Namespace> skipped = new TreeSet<>();
    private final WriteLog log;

    /** What entries of the base's time were about though nobody knew it, and the first of them. */
    private final Map<UUID, ReplayState.Unknown> unknown = new LinkedHashMap<>();

    private long created;

    Collections(
            ReplayStart start,
            ReplayTarget target,
            MemoryTarget metadata,
            DocumentHashes written,
            WriteLog log) {
        this.log = log;
        this.start = start;
        this.target = target;
        this.staged = new StagedTarget(target);
        this.metadata = metadata;
        this.written = written;
    }

    Collection<CollectionState> all() {
        return List.copyOf(catalogue.all());
    }

    List<CollectionState> inDatabase(String database) {
        return catalogue.inDatabase(database);
    }

    Collection<Namespace> skipped() {
        return skipped;
    }

    Optional<CollectionState> named(Namespace namespace) {
        return catalogue.find(namespace);
    }

    Optional<CollectionState> find(UUID uuid) {
        return catalogue.find(uuid);
    }

    CollectionState create(Namespace namespace, Optional<UUID> uuid, RawDocument options) {
        RawDocument unexpiring = Expiry.without(options);
        CollectionState collection =
                new CollectionState(
                        ++created,
                        namespace,
                        uuid,
                        unexpiring,
                        placeOf(start.rules().of(namespace)),
                        written.newCollection());
        Expiry.of(options).ifPresent(collection.modifications()::add);
        create(collection);
        catalogue.add(collection);
        return collection;
    }

    /** One that is in the target already. */
    CollectionState adopt(Namespace namespace, Optional<UUID> uuid, RawDocument options) {
        CollectionState collection =
                new CollectionState(
                        ++created, namespace, uuid, options, target, written.newCollection());
        collection.created(uuid);
        catalogue.add(collection);
        return collection;
    }

    private ReplayTarget placeOf(NamespaceRules.Route route) {
        return switch (route) {
            case DATA -> target;
            case STAGED -> staged;
            default -> metadata;
        };
    }

    private void create(CollectionState collection) {
        log(WriteLog.CollectionChange.APPEARS, placeOf(collection));
        collection.created(
                collection
                        .target()
                        .create(collection.namespace(), collection.uuid(), collection.options()));
    }

    /** How many there have been. */
    long created() {
        return created;
    }

    Set<UUID> dropped() {
        return catalogue.dropped();
    }

    List<ReplayState.Saved> saved() {
        return catalogue.all().stream()
                .map(
                        c ->
                                c.saved(
                                        placeOf(c),
                                        c.target() == metadata
                                                ? metadata.documents(c.namespace())
                                                : List.of()))
                .toList();
    }

    /**
     * As they were at a checkpoint.
     *
     * @param doomed numbers of those that the target holds no more, as replay will drop them
     */
    void resume(ReplayState state, Set<Long> doomed) {
        created = state.collectionsCreated();
        skipped.addAll(state.skipped());
        catalogue.dropped().addAll(state.dropped());
        state.unknown().forEach(one -> unknown.put(one.uuid(), one));
        for (ReplayState.Saved saved : state.collections()) {
            ReplayTarget where = placeOf(start.rules().of(saved.namespace()));
            CollectionState collection = CollectionState.of(saved, where, written.newCollection());
            if (where == metadata) {
                metadata.create(saved.namespace(), saved.uuid(), saved.options());
                List<DocumentWrite> writes = new ArrayList<>();
                saved.held()
                        .forEach(
                                d ->
                                        writes.add(
                                                new DocumentWrite.Put(
                                                        DocumentId.ofDocument(d), d, true)));
                metadata.write(saved.namespace(), writes);
            }
            saved.physical().ifPresent(place -> where.resumesAt(saved.namespace(), place));
            if (doomed.contains(saved.number())) {
                collection.doom();
            }
            catalogue.add(collection);
        }
    }

    /** A collection of the base begins again with no document. */
    void startAgain(CollectionState collection) {
        log(WriteLog.CollectionChange.GOES, placeOf(collection));
        collection.target().drop(collection.namespace());
        create(collection);
    }

    private void log(WriteLog.CollectionChange change, Optional<Namespace> place) {
        place.ifPresent(name -> log.collection(change, name));
    }

    /** The name in the target's server; empty for what is held in memory. */
    private Optional<Namespace> placeOf(CollectionState of) {
        return of.target() == metadata
                ? Optional.empty()
                : Optional.of(of.target().placeOf(of.namespace()));
    }

    CollectionState addBase(
            Namespace namespace, Optional<UUID> uuid, Optional<UUID> guess, RawDocument options) {
        Optional<UUID> free = guess.filter(id -> catalogue.find(id).isEmpty());
        CollectionState collection = create(namespace, uuid.or(() -> free), options);
        if (uuid.isEmpty()) {
            free.ifPresent(id -> catalogue.identify(collection, id, true));
        }
        return collection;
    }

    void drop(CollectionState collection) {
        log(WriteLog.CollectionChange.GOES, placeOf(collection));
        collection.target().drop(collection.namespace());
        collection.dropped();
        catalogue.remove(collection);
    }

    void rename(CollectionState collection, Namespace to) {
        Optional<Namespace> from = placeOf(collection);
        Optional<Namespace> now =
                from.map(f -> collection.target().placeOfRenamed(collection.namespace(), to));
        if (!now.equals(from)) {
            log(WriteLog.CollectionChange.GOES, from);
            log(WriteLog.CollectionChange.APPEARS, now);
        }
        collection.target().rename(collection.namespace(), to);
        catalogue.rename(collection, to);
    }

    void convertToCapped(CollectionState collection, long sizeBytes) {
        log(WriteLog.CollectionChange.CONVERTED, placeOf(collection));
        collection.created(collection.target().convertToCapped(collection.namespace(), sizeBytes));
        collection.becameCapped();
    }

    /** Where a name is taken by a collection of another UUID: it is dropped or renamed later on. */
    Namespace displacedName(CollectionState collection) {
        String own = collection.uuid().map(UUID::toString).orElse("unknown");
        return collection.namespace().withCollection(DISPLACED + own);
    }

    /**
     * The collection that an insert, update or delete goes to; empty if it is not restored.
     *
     * @throws RestoreException.ArchiveDamaged if the collection is unknown though it should not be
     */
    Optional<CollectionState> route(Operation operation) {
        Optional<CollectionState> named = operation.uuid().flatMap(catalogue::find);
        if (named.isPresent()) {
            return named;
        }
        Namespace namespace = requireNamespace(operation);
        Optional<CollectionState> known = resolve(operation.uuid(), namespace);
        if (known.isPresent()) {
            return known;
        }
        NamespaceRules.Route route = start.rules().of(namespace);
        boolean gone = operation.uuid().filter(catalogue::wasDropped).isPresent();
        if (route == NamespaceRules.Route.SKIP) {
            skipped.add(namespace);
            return Optional.empty();
        }
        if (gone || operation.op().equals("d")) {
            return Optional.empty();
        }
        boolean byName =
                start.namesIdentify()
                        || operation.uuid().isEmpty()
                        || route != NamespaceRules.Route.DATA;
        if (byName && catalogue.find(namespace).isEmpty()) {
            return Optional.of(create(namespace, operation.uuid(), NO_OPTIONS));
        }
        requireFuzzy(operation, namespace);
        return Optional.empty();
    }

    /**
     * The collection that a command changes; empty if it is not restored.
     *
     * @param namespace its name at that time
     * @throws RestoreException.ArchiveDamaged as {@link #route}
     */
    Optional<CollectionState> changed(Operation command, Namespace namespace) {
        Optional<CollectionState> known = resolve(command.uuid(), namespace);
        boolean ours = start.rules().of(namespace) == NamespaceRules.Route.DATA;
        boolean gone = command.uuid().filter(catalogue::wasDropped).isPresent();
        if (known.isEmpty()
                && ours
                && !gone
                && command.uuid().isPresent()
                && !start.namesIdentify()) {
            requireFuzzy(command, namespace);
        }
        return known;
    }

    /** A collection that nobody knew is gone: it was dropped before the base came to it. */
    void droppedUnknown(UUID uuid) {
        unknown.remove(uuid);
    }

    List<ReplayState.Unknown> unknown() {
        return List.copyOf(unknown.values());
    }

    /**
     * Called at the end of the base's reads.
     *
     * @throws RestoreException.ArchiveDamaged if the base lacks a collection that was there
     */
    void requireNoneUnknown() {
        if (unknown.isEmpty()) {
            return;
        }
        ReplayState.Unknown first = unknown.values().iterator().next();
        throw new RestoreException.ArchiveDamaged(
                "Entry "
                        + first.at()
                        + " of replica set "
                        + start.replicaSet()
                        + " is about collection "
                        + first.namespace()
                        + " ("
                        + first.uuid()
                        + "), which is not in the base, and which nothing dropped before the base"
                        + " ended at "
                        + start.exactFrom()
                        + ". The base is incomplete: a dump misses a collection that is renamed"
                        + " while it is taken, or that it was told to leave out. Restore from"
                        + " another base.");
    }

    /** By UUID; by name where the collection of that name doesn't know its own. */
    Optional<CollectionState> resolve(Optional<UUID> uuid, Namespace namespace) {
        if (uuid.isEmpty()) {
            return catalogue.find(namespace);
        }
        Optional<CollectionState> known = catalogue.find(uuid.get());
        if (known.isPresent()) {
            return known;
        }
        Optional<CollectionState> unidentified =
                catalogue
                        .find(namespace)
                        .filter(c -> c.uuid().isEmpty() || c.isUuidGuessed())
                        .filter(c -> !catalogue.wasDropped(uuid.get()));
        unidentified.ifPresent(c -> catalogue.identify(c, uuid.get(), false));
        return unidentified;
    }

    /** Copies of a resharding that had not been finished, and what a fuzzy base displaced. */
    void dropLeftovers(Problems problems) {
        for (CollectionState collection : List.copyOf(catalogue.all())) {
            String name = collection.namespace().collection();
            if (name.startsWith(RESHARDING)) {
                drop(collection);
            } else if (name.startsWith(DISPLACED)) {
                problems.add(
                        "Collection "
                                + collection
                                + " lost its name to another one and was never dropped: the oplog"
                                + " lacks entries.");
            }
        }
    }

    private void requireFuzzy(Operation operation, Namespace namespace) {
        boolean fuzzy = !operation.at().isAfter(start.exactFrom());
        if (!fuzzy) {
            throw new RestoreException.ArchiveDamaged(
                    "Entry "
                            + operation.at()
                            + " of replica set "
                            + start.replicaSet()
                            + " is about collection "
                            + namespace
                            + " ("
                            + operation.uuid().map(UUID::toString).orElse("no UUID")
                            + "), which neither the base nor an earlier entry created. The archive"
                            + " lacks entries or the base is incomplete; restore from another"
                            + " base.");
        }
        // The collection was dropped before the base's scan came to it, if the base is whole.
        operation
                .uuid()
                .map(uuid -> new ReplayState.Unknown(uuid, namespace, operation.at()))
                .ifPresent(one -> unknown.putIfAbsent(one.uuid(), one));
    }

    private Namespace requireNamespace(Operation operation) {
        return operation
                .namespace()
                .orElseThrow(
                        () ->
                                new RestoreException.ArchiveDamaged(
                                        "Entry "
                                                + operation.at()
                                                + " of replica set "
                                                + start.replicaSet()
                                                + " has the namespace '"
                                                + operation.ns()
                                                + "'."));
    }
}
