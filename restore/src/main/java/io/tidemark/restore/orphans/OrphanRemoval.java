package io.tidemark.restore.orphans;

import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.WriteOutcome;
import java.util.ArrayList;
import java.util.List;

/** Removes from one collection what its shard does not own. */
public final class OrphanRemoval {
    private static final int AT_ONCE = 10_000;

    private final CollectionState collection;
    private final OwnedRanges owned;

    public OrphanRemoval(CollectionState collection, OwnedRanges owned) {
        this.collection = collection;
        this.owned = owned;
    }

    /** How many documents went. */
    public long run() {
        if (owned.areEverything()) {
            return 0;
        }
        // Found first, removed then: a scan must not run over its own deletes.
        List<DocumentWrite> orphans = new ArrayList<>();
        collection
                .target()
                .scan(
                        collection.namespace(),
                        document -> {
                            if (!owned.owns(document)) {
                                orphans.add(
                                        new DocumentWrite.Delete(DocumentId.ofDocument(document)));
                            }
                        });
        for (int i = 0; i < orphans.size(); i += AT_ONCE) {
            List<DocumentWrite> some = orphans.subList(i, Math.min(orphans.size(), i + AT_ONCE));
            WriteOutcome outcome = collection.target().write(collection.namespace(), some);
            some.forEach(orphan -> collection.expected().remove(orphan.id()));
            collection.expected().count(outcome);
        }
        return orphans.size();
    }
}
