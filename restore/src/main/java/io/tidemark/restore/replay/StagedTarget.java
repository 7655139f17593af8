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
 * Collections that must be adapted before they get their names, and may be too large for memory:
 * they wait in the target itself, in the database of the restore's mark, which goes at the end.
 */
public final class StagedTarget implements ReplayTarget {
    private final ReplayTarget target;

    public StagedTarget(ReplayTarget target) {
        this.target = target;
    }

    private static Namespace staged(Namespace namespace) {
        return new Namespace(ReplayTarget.MARK_DATABASE, namespace.toString());
    }

    /** With a UUID of the target's own: this collection is not the one that stays. */
    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return target.create(staged(namespace), Optional.empty(), Collections.NO_OPTIONS);
    }

    @Override
    public void drop(Namespace namespace) {
        target.drop(staged(namespace));
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        target.rename(staged(from), staged(to));
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        // Documents are all that is wanted of it.
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return target.convertToCapped(staged(namespace), sizeBytes);
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        target.find(staged(namespace), ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> writes,
            BiConsumer<DocumentId, RawDocument> displaced) {
        target.write(staged(namespace), writes, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> writes) {
        target.writeInOrder(staged(namespace), writes);
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        // The collection is read as a whole.
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return target.newest(staged(namespace));
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        target.scan(staged(namespace), reader);
    }

    @Override
    public Namespace placeOf(Namespace namespace) {
        return target.placeOf(staged(namespace));
    }

    @Override
    public Namespace placeOfRenamed(Namespace from, Namespace to) {
        return target.placeOfRenamed(staged(from), staged(to));
    }

    @Override
    public void resumesAt(Namespace namespace, Namespace place) {
        target.resumesAt(staged(namespace), place);
    }
}
