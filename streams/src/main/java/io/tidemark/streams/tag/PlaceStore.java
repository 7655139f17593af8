package io.tidemark.streams.tag;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.TimelineJson;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * How far each topic was read, and what its open transactions have written so far. The place is put
 * for every record: the store's cache makes that one write per commit.
 */
final class PlaceStore {
    private static final String PLACE = "place/";
    private static final String PART = "part/";
    private static final int LIFE_AT = 2 * Long.BYTES + 1;
    private final KeyValueStore<String, byte[]> store;
    private final Map<ReplicaSet, Map<String, List<Fact>>> parts = new HashMap<>();

    PlaceStore(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    /** The sets read before, as they were left at the last commit. */
    Map<ReplicaSet, TaggedSet> load() {
        Map<ReplicaSet, TaggedSet> sets = new HashMap<>();
        Map<String, byte[]> places = new TreeMap<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> next = all.next();
                if (next.key.startsWith(PLACE)) {
                    places.put(next.key.substring(PLACE.length()), next.value);
                } else {
                    remember(next.key, TimelineJson.observation(next.value));
                }
            }
        }
        places.forEach((name, place) -> sets.put(new ReplicaSet(name), set(name, place)));
        return sets;
    }

    void put(TaggedSet set) {
        byte[] life = set.life().map(Incarnation::id).orElse("").getBytes(UTF_8);
        byte[] place =
                ByteBuffer.allocate(LIFE_AT + life.length)
                        .putLong(set.seen().bits())
                        .putLong(set.offset())
                        .put((byte) (set.begun() ? 1 : 0))
                        .put(life)
                        .array();
        store.put(PLACE + set.replicaSet(), place);
    }

    /** Writes what changed in the set's open transactions. */
    void putParts(TaggedSet set) {
        Map<String, List<Fact>> now = set.openParts();
        Map<String, List<Fact>> before = parts.getOrDefault(set.replicaSet(), Map.of());
        if (now.equals(before)) {
            return;
        }
        before.keySet().stream()
                .filter(key -> !now.containsKey(key))
                .forEach(key -> store.delete(key(set, key)));
        now.forEach(
                (key, facts) -> {
                    if (!facts.equals(before.get(key))) {
                        Observation part = new Observation(set.seen(), set.replicaSet(), facts);
                        store.put(key(set, key), TimelineJson.write(part));
                    }
                });
        parts.put(set.replicaSet(), now);
    }

    private TaggedSet set(String name, byte[] place) {
        ReplicaSet replicaSet = new ReplicaSet(name);
        TaggedSet set = new TaggedSet(replicaSet, parts.getOrDefault(replicaSet, Map.of()));
        String life = new String(place, LIFE_AT, place.length - LIFE_AT, UTF_8);
        ByteBuffer fields = ByteBuffer.wrap(place);
        ClusterTime seen = ClusterTime.ofBits(fields.getLong());
        long offset = fields.getLong();
        set.continueFrom(
                seen,
                fields.get() == 1,
                offset,
                Optional.of(life).filter(id -> !id.isEmpty()).map(Incarnation::new));
        return set;
    }

    private void remember(String key, Observation part) {
        String transaction = key.substring(key.lastIndexOf('/') + 1);
        parts.computeIfAbsent(part.replicaSet(), set -> new TreeMap<>())
                .put(transaction, part.facts());
    }

    private static String key(TaggedSet set, String transaction) {
        return PART + set.replicaSet() + "/" + transaction;
    }
}
