package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Another target's data. */
abstract class Forwarding implements ReplayTarget {
    private final ReplayTarget to;

    Forwarding(ReplayTarget to) {
        this.to = to;
    }

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return to.create(namespace, wanted, options);
    }

    @Override
    public void drop(Namespace namespace) {
        to.drop(namespace);
    }

    @Override
    public void rename(Namespace from, Namespace into) {
        to.rename(from, into);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        to.modify(namespace, changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return to.convertToCapped(namespace, sizeBytes);
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        to.find(namespace, ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        to.write(namespace, writes, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        to.writeInOrder(namespace, writes);
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        to.createIndex(namespace, specification);
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return to.newest(namespace);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        to.scan(namespace, reader);
    }
}
