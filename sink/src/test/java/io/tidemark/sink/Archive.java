package io.tidemark.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a test finds in the bucket. */
record Archive(ObjectStore store, ClusterName cluster) {

    List<ObjectKey> ranges(ReplicaSet replicaSet) {
        Catalogue catalogue = new Catalogue(store, cluster);
        List<ObjectKey> ranges = new ArrayList<>();
        for (ArchivedReplicaSet life : catalogue.lives(replicaSet)) {
            try (Stream<ObjectKey> all = catalogue.ranges(life, ClusterTime.ZERO)) {
                all.forEach(ranges::add);
            }
        }
        return ranges;
    }

    /** Every entry of every slice, verified, as often as it is stored. */
    List<RawDocument> entries(ReplicaSet replicaSet) {
        SliceReader reader = new SliceReader(store, FrameKeys.NONE);
        List<RawDocument> entries = new ArrayList<>();
        for (ObjectKey key : ranges(replicaSet)) {
            if (key instanceof ObjectKey.OfSlice slice) {
                reader.verify(slice);
                try (SliceEntries all = reader.entries(slice)) {
                    all.forEachRemaining(
                            entry -> entries.add(RawDocument.of(entry.raw().toBytes())));
                }
            }
        }
        return entries;
    }

    /** Each slice and gap follows the one before without hole or overlap. */
    boolean isUnbroken(ReplicaSet replicaSet) {
        ClusterTime reached = null;
        for (ObjectKey key : ranges(replicaSet)) {
            ClusterTime after =
                    key instanceof ObjectKey.OfSlice slice
                            ? slice.slice().after()
                            : ((ObjectKey.OfGap) key).after();
            if (reached != null && !after.equals(reached)) {
                return false;
            }
            reached = Catalogue.through(key);
        }
        return true;
    }

    /** Every slice and gap, key and bytes; says which differ, and where each bucket ends. */
    void assertSameAs(Archive other) {
        Map<String, String> ours = slicesAndGaps();
        Map<String, String> theirs = other.slicesAndGaps();
        TreeSet<String> keys = new TreeSet<>(ours.keySet());
        keys.addAll(theirs.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            if (!theirs.containsKey(key)) {
                differences.add("only in " + store.describe() + ": " + key);
            } else if (!ours.containsKey(key)) {
                differences.add("only in " + other.store.describe() + ": " + key);
            } else if (!ours.get(key).equals(theirs.get(key))) {
                differences.add("other bytes: " + key);
            }
        }
        assertThat(differences).as("%d and %d objects", ours.size(), theirs.size()).isEmpty();
    }

    private Map<String, String> slicesAndGaps() {
        Map<String, String> objects = objects();
        // Other tests use the bucket too; a killed put leaves a temporary object in some stores.
        objects.keySet()
                .removeIf(
                        key ->
                                ObjectKey.parse(key)
                                        .filter(ours -> ours.cluster().equals(cluster))
                                        .isEmpty());
        return objects;
    }

    /**
     * Every object, key and content, for comparing whole buckets; topic ids differ per test run.
     */
    Map<String, String> objects() {
        Map<String, String> objects = new TreeMap<>();
        try (Stream<StoredObject> all = store.list("", "")) {
            all.forEach(
                    object ->
                            objects.put(
                                    object.key(),
                                    new String(
                                            store.readWhole(object.key(), 1 << 28),
                                            StandardCharsets.ISO_8859_1)));
        }
        return objects;
    }
}
