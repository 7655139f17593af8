package io.tidemark.timeline.pair;

import io.tidemark.timeline.tag.Fact;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The collections that {@code config.collections} names, as far as it was seen: only they can live
 * on several shards.
 */
final class Catalogue {
    private final Map<String, String> uuids = new TreeMap<>();
    private boolean complete;

    /** From now on a collection not named here is known to live on one shard. */
    void complete() {
        complete = true;
    }

    void accept(Fact.CollectionWrite write) {
        if (write.removed()) {
            uuids.remove(write.ns());
        } else if (!write.uuid().isEmpty()) {
            uuids.put(write.ns(), write.uuid());
        } else {
            uuids.putIfAbsent(write.ns(), "");
        }
    }

    /** True only if it is certain. */
    boolean isUnsharded(String ns) {
        return complete && !uuids.containsKey(ns);
    }

    /** True unless the UUID is known to be another collection's. */
    boolean mayBe(String uuid, String ns) {
        return Optional.ofNullable(uuids.get(ns))
                .filter(known -> !known.isEmpty())
                .map(uuid::equals)
                .orElse(true);
    }

    boolean isComplete() {
        return complete;
    }

    Map<String, String> uuids() {
        return Map.copyOf(uuids);
    }

    void restore(Map<String, String> known, boolean isComplete) {
        uuids.putAll(known);
        complete = isComplete;
    }
}
