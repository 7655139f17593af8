package io.tidemark.restore.indexes;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.IndexRefusedException;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.bson.RawDocument;
import java.util.Collection;

/**
 * Gives collections their indexes and changed options, when all documents are there. What expires
 * documents comes last of all. What the target refuses is named, and the data stay.
 */
public final class CollectionFinish {
    private final Collection<CollectionState> collections;
    private final Problems problems;

    public CollectionFinish(Collection<CollectionState> collections, Problems problems) {
        this.collections = collections;
        this.problems = problems;
    }

    public void run() {
        collections.forEach(collection -> build(collection, false));
        collections.forEach(this::modify);
        collections.forEach(collection -> build(collection, true));
    }

    private void build(CollectionState collection, boolean expiring) {
        for (RawDocument specification : collection.indexes().specifications()) {
            if (specification.has("expireAfterSeconds") == expiring) {
                build(collection, specification);
            }
        }
    }

    private void build(CollectionState collection, RawDocument specification) {
        try {
            collection.target().createIndex(collection.namespace(), specification);
        } catch (IndexRefusedException e) {
            problems.add(e.getMessage());
        }
    }

    private void modify(CollectionState collection) {
        for (RawDocument changes : collection.modifications()) {
            try {
                collection.target().modify(collection.namespace(), changes);
            } catch (RestoreException.TargetRefused e) {
                problems.add(e.getMessage());
            }
        }
    }
}
