package io.tidemark.restore.replay;

import java.util.ArrayList;
import java.util.List;

/**
 * The lanes of one collection: operations on one document always share a lane and keep their order;
 * lanes are written side by side. A collection begins with one, as most are small and keep their
 * documents in the order in which they were written; a busy one gets more.
 */
final class CollectionLanes {
    private final CollectionState collection;
    private final List<Lane> lanes = new ArrayList<>();
    private final int most;

    /**
     * @param most how many lanes there may be
     */
    CollectionLanes(CollectionState collection, int most) {
        this.collection = collection;
        // By a collation, ids may be equal to the server that share no byte.
        this.most = collection.options().has("collation") ? 1 : most;
        lanes.add(new Lane(collection));
    }

    Lane of(DocumentId id) {
        return lanes.size() == 1
                ? lanes.get(0)
                : lanes.get(Math.floorMod(id.equalityHash(), lanes.size()));
    }

    List<Lane> all() {
        return lanes;
    }

    boolean canWiden() {
        return lanes.size() < most;
    }

    /** Opens all lanes; nothing may be gathered or under way. */
    void widen() {
        while (canWiden()) {
            lanes.add(new Lane(collection));
        }
    }
}
