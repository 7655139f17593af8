package io.tidemark.embedded.mongo.store;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Documents of all collections by UUID, dropped ones included as long as history is kept. */
public final class DataStore {
    private final Map<UUID, CollectionData> collections = new ConcurrentHashMap<>();
    private final boolean keepHistory;

    public DataStore(boolean keepHistory) {
        this.keepHistory = keepHistory;
    }

    public boolean keepsHistory() {
        return keepHistory;
    }

    public CollectionData of(CollectionInfo info) {
        return collections.computeIfAbsent(
                info.uuid(), uuid -> new CollectionData(uuid, keepHistory, info.capped()));
    }

    /** The data of a UUID, or null if no collection ever had it. */
    public CollectionData of(UUID uuid) {
        return collections.get(uuid);
    }

    /** Forgets a dropped collection unless old reads may still ask for it. */
    public void dropped(UUID uuid) {
        if (!keepHistory) {
            collections.remove(uuid);
        }
    }

    /** A UUID is given again: what a dropped collection had under it is not the new one's. */
    public void givenAgain(UUID uuid) {
        collections.remove(uuid);
    }

    public void rollBack(long position) {
        collections.values().forEach(data -> data.rollBack(position));
    }
}
