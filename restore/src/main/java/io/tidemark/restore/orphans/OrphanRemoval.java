package io.tidemark.restore.orphans;

import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import java.util.ArrayList;
import java.util.List;

/** Removes from one collection what its shard does not own. */
public final class OrphanRemoval {
    private static final int AT_ONCE = 10_000;

    private final CollectionState collection;
    private final OwnedRanges owned;
    private final List<DocumentWrite> found = new ArrayList<>();
    private long removed;

    public OrphanRemoval(CollectionState collection, OwnedRanges owned) {
        this.collection = collection;
        this.owned = owned;
    }

    /** How many documents went. */
    public long run() {
        if (owned.areEverything()) {
            return 0;
        }
        collection
                .target()
                .scan(
                        collection.namespace(),
                        document -> {
                            if (!owned.owns(document)) {
                                DocumentId id = DocumentId.ofDocument(document);
                                found.add(new DocumentWrite.Delete(id));
                                collection.expected().take(id, document);
                            }
                            // The scan has passed them: it doesn't run over its own deletes.
                            if (found.size() == AT_ONCE) {
                                remove();
                            }
                        });
        remove();
        return removed;
    }

    private void remove() {
        if (!found.isEmpty()) {
            collection.target().write(collection.namespace(), found);
            removed += found.size();
            found.clear();
        }
    }
}
