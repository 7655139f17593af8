package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Collections that stand under names of their own in another target. Everything goes there; which
 * names those are, and what of it is different, is what each of these targets says.
 */
public abstract class PlacedTarget implements ReplayTarget {
    private final ReplayTarget target;

    protected PlacedTarget(ReplayTarget target) {
        this.target = target;
    }

    /** The name that the other target knows. */
    protected abstract Namespace nameOf(Namespace namespace);

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return target.create(nameOf(namespace), wanted, options);
    }

    @Override
    public void drop(Namespace namespace) {
        target.drop(nameOf(namespace));
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        target.rename(nameOf(from), nameOf(to));
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        target.modify(nameOf(namespace), changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return target.convertToCapped(nameOf(namespace), sizeBytes);
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        target.find(nameOf(namespace), ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        target.write(nameOf(namespace), writes, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        target.writeInOrder(nameOf(namespace), writes);
    }

    @Override
    public Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        return target.insertAbsent(nameOf(namespace), documents);
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return target.newest(nameOf(namespace));
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        target.createIndex(nameOf(namespace), specification);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        target.scan(nameOf(namespace), reader);
    }

    @Override
    public Namespace placeOf(Namespace namespace) {
        return target.placeOf(nameOf(namespace));
    }

    @Override
    public Namespace placeOfRenamed(Namespace from, Namespace to) {
        return target.placeOfRenamed(nameOf(from), nameOf(to));
    }

    @Override
    public void resumesAt(Namespace namespace, Namespace place) {
        target.resumesAt(nameOf(namespace), place);
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
