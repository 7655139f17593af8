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
    private boolean holed;

    /**
     * From now on a collection not named here is known to live on one shard, unless what names it
     * is {@link #hole lost}.
     */
    void complete() {
        complete = !holed;
    }

    /** In a hole any collection may have been sharded, or have got another UUID. */
    void hole() {
        holed = true;
        complete = false;
        uuids.replaceAll((ns, uuid) -> "");
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

    boolean names(String ns) {
        return uuids.containsKey(ns);
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

    boolean isHoled() {
        return holed;
    }

    Map<String, String> uuids() {
        return Map.copyOf(uuids);
    }

    void restore(Map<String, String> known, boolean isComplete, boolean isHoled) {
        uuids.putAll(known);
        complete = isComplete;
        holed = isHoled;
    }
}
