package io.tidemark.restore.orphans;

import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.EarlierWrites;
import io.tidemark.restore.replay.WriteLog;
import io.tidemark.schemas.bson.RawDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Removes from one collection what its shard does not own. */
public final class OrphanRemoval {
    private static final int AT_ONCE = 10_000;

    private final CollectionState collection;
    private final OwnedRanges owned;
    private final WriteLog log;
    private final LongConsumer progress;
    private final List<DocumentWrite> found = new ArrayList<>();
    private final List<WriteLog.DocumentChange> changes = new ArrayList<>();
    private Map<Long, Long> earlier = Map.of();
    private long removed;

    /**
     * @param log is told what goes, before it does
     * @param progress told how many have gone, when they have
     */
    public OrphanRemoval(
            CollectionState collection, OwnedRanges owned, WriteLog log, LongConsumer progress) {
        this.collection = collection;
        this.owned = owned;
        this.log = log;
        this.progress = progress;
    }

    /**
     * Goes on where an earlier run was cut off.
     *
     * @param writes what that one removed since its checkpoint, or was about to
     */
    public OrphanRemoval after(EarlierWrites writes) {
        earlier = writes.takeAll(collection);
        earlier.values().forEach(collection.expected()::take);
        removed = earlier.size();
        return this;
    }

    /** How many documents went. */
    public long run() {
        if (owned.areEverything()) {
            return removed;
        }
        collection.target().scan(collection.namespace(), this::see);
        remove();
        return removed;
    }

    private void see(RawDocument document) {
        if (owned.owns(document)) {
            return;
        }
        DocumentId id = DocumentId.ofDocument(document);
        found.add(new DocumentWrite.Delete(id));
        if (!earlier.containsKey(id.hash())) {
            long before = collection.expected().take(id, document);
            changes.add(new WriteLog.DocumentChange(id.hash(), before, 0, 0));
            removed++;
        }
        // The scan has passed them: it doesn't run over its own deletes.
        if (found.size() == AT_ONCE) {
            remove();
        }
    }

    private void remove() {
        if (found.isEmpty()) {
            return;
        }
        if (!changes.isEmpty()) {
            log.documents(collection.number(), changes);
            changes.clear();
        }
        collection.target().write(collection.namespace(), found);
        found.clear();
        progress.accept(removed);
    }
}
