package io.tidemark.restore.indexes;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.IndexRefusedException;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
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
            collection
                    .target()
                    .createIndex(
                            collection.namespace(),
                            withCollation(specification, collection.options()));
        } catch (IndexRefusedException e) {
            problems.add(e.getMessage());
        }
    }

    /**
     * A server keeps the simple collation by leaving it out. Where the collection has another one,
     * a specification without any would inherit that.
     */
    public static RawDocument withCollation(RawDocument specification, RawDocument options) {
        if (specification.has("collation") || !options.has("collation")) {
            return specification;
        }
        RawDocumentBuilder whole = new RawDocumentBuilder(specification.sizeBytes() + 64);
        specification.forEach(whole::append);
        RawDocument simple =
                RawDocument.of(new RawDocumentBuilder().appendString("locale", "simple").build());
        return RawDocument.of(whole.appendDocument("collation", simple).build());
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
