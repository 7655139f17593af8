package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.Optional;
import java.util.UUID;

/**
 * Collections that must be adapted before they get their names, and may be too large for memory:
 * they wait in the target itself, in the database of the restore's mark, which goes at the end.
 */
public final class StagedTarget extends PlacedTarget {
    public StagedTarget(ReplayTarget target) {
        super(target);
    }

    @Override
    protected Namespace nameOf(Namespace namespace) {
        return new Namespace(ReplayTarget.MARK_DATABASE, namespace.toString());
    }

    /** With a UUID of the target's own: this collection is not the one that stays. */
    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return super.create(namespace, Optional.empty(), Collections.NO_OPTIONS);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        // Documents are all that is wanted of it.
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        // The collection is read as a whole.
    }
}
