package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Where a replica set's data are restored to. Every method returns when the change is durable
 * (majority, journaled) and throws {@link io.tidemark.restore.RestoreException} otherwise. Writes
 * of different documents or collections may come from several threads at once; changes of
 * collections never while writes to them are under way.
 */
public interface ReplayTarget {
    /** The database of a target in which a restore keeps what is its own: it goes at the end. */
    String MARK_DATABASE = "tidemark_restore";

    /**
     * Creates a collection.
     *
     * @param wanted the UUID it is to get, if the target can do that
     * @param options as in an oplog entry's {@code create}, without the name
     * @return the UUID that it has; empty if the target doesn't tell
     */
    Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options);

    /** Drops a collection; nothing happens if it is absent. */
    void drop(Namespace namespace);

    /** Renames a collection; {@code to} is free. */
    void rename(Namespace from, Namespace to);

    /**
     * Changes a collection's options.
     *
     * @param changes the {@code collMod} command's fields without the collection's name
     */
    void modify(Namespace namespace, RawDocument changes);

    /**
     * Makes a collection capped, keeping what fits.
     *
     * @return the UUID that it has afterwards; empty if the target doesn't tell
     */
    Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes);

    /**
     * Hands the documents that are there to {@code reader}, as they come, in any order; absent ones
     * are left out. A document may be kept.
     */
    void find(Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader);

    /** One document, if it is there. */
    default Optional<RawDocument> find(Namespace namespace, DocumentId id) {
        AtomicReference<RawDocument> found = new AtomicReference<>();
        find(namespace, Set.of(id), (ignored, document) -> found.set(document));
        return Optional.ofNullable(found.get());
    }

    /**
     * Writes documents, each at most once, in any order but all deletes before all puts.
     *
     * @param displaced is handed each document that a new one found in its place, before it is
     *     replaced
     */
    void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced);

    /** As above; what is displaced is of no interest. */
    default void write(Namespace namespace, List<DocumentWrite> writes) {
        write(namespace, writes, (id, document) -> {});
    }

    /**
     * Inserts documents whose {@code _id} is free.
     *
     * @return the ids that are taken, by the target's own idea of equal ids; what has them stays
     */
    default Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        Set<DocumentId> taken = new HashSet<>();
        Set<DocumentId> ids =
                documents.stream().map(DocumentWrite.Put::id).collect(Collectors.toSet());
        find(namespace, ids, (id, document) -> taken.add(id));
        write(
                namespace,
                documents.stream()
                        .filter(put -> !taken.contains(put.id()))
                        .map(DocumentWrite.class::cast)
                        .toList());
        return taken;
    }

    /** Writes in this order: for capped collections, whose order is part of their content. */
    void writeInOrder(Namespace namespace, List<DocumentWrite> writes);

    /** The last document in natural order; empty if there is none. */
    Optional<RawDocument> newest(Namespace namespace);

    /** Builds one index. @throws IndexRefusedException if the data don't allow it */
    void createIndex(Namespace namespace, RawDocument specification);

    /**
     * Hands every document to {@code reader}, in natural order. The document is valid during the
     * call only.
     */
    void scan(Namespace namespace, Consumer<RawDocument> reader);

    /** The name under which the server has a collection, or will have it once it is created. */
    default Namespace placeOf(Namespace namespace) {
        return namespace;
    }

    /** The same once the collection is renamed. */
    default Namespace placeOfRenamed(Namespace from, Namespace to) {
        return to;
    }

    /** The server has a collection there, where an earlier run has put it. */
    default void resumesAt(Namespace namespace, Namespace place) {
        // Where places are names, there is nothing to learn.
    }
}
