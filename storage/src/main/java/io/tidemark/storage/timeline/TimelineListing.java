package io.tidemark.storage.timeline;

import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which timeline objects there are, over all lives of the config servers, without opening any. */
final class TimelineListing {
    /** By what they reach; of windows at one captured time the one that is archived further. */
    private static final Comparator<ObjectKey.OfTimeline> BY_END =
            Comparator.comparing(ObjectKey.OfTimeline::through)
                    .thenComparing(ObjectKey.OfTimeline::after);

    /** In the order in which a writer made them; of two with one start the longer one last. */
    private static final Comparator<ObjectKey.OfTimeline> BY_START =
            Comparator.comparing(ObjectKey.OfTimeline::after)
                    .thenComparing(ObjectKey.OfTimeline::through);

    private static final int DATE_LEVELS = 3;
    private final ObjectStore store;
    private final ClusterName cluster;

    TimelineListing(ObjectStore store, ClusterName cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /** From the latest day on backwards; years, months and days are listed as they are needed. */
    Stream<ObjectKey.OfTimeline> newestFirst(String kind) {
        List<String> roots =
                lives().stream().map(life -> KeyPrefix.timeline(cluster, life)).toList();
        return newestDays(roots, DATE_LEVELS).flatMap(sameDay -> newestFirst(kind, sameDay));
    }

    /** The folders of one day, of every life that has it; the latest day first. */
    private Stream<List<String>> newestDays(List<String> folders, int levels) {
        if (levels == 0) {
            return Stream.of(folders);
        }
        Map<String, List<String>> byName = new TreeMap<>(Comparator.reverseOrder());
        for (String folder : folders) {
            for (String name : store.folders(folder)) {
                if (name.matches("\\d{2}|\\d{4}")) {
                    byName.computeIfAbsent(name, n -> new ArrayList<>()).add(folder + name + "/");
                }
            }
        }
        return byName.values().stream().flatMap(same -> newestDays(same, levels - 1));
    }

    private Stream<ObjectKey.OfTimeline> newestFirst(String kind, List<String> sameDay) {
        List<ObjectKey.OfTimeline> found = new ArrayList<>();
        sameDay.forEach(day -> list(day, "", kind, found));
        return found.stream().sorted(BY_END.reversed());
    }

    /** Events objects that end after {@code after}, in the order of their start. */
    List<ObjectKey.OfTimeline> eventsSince(ClusterTime after) {
        List<ObjectKey.OfTimeline> found = new ArrayList<>();
        for (Incarnation life : lives()) {
            String from = KeyPrefix.timelineFrom(cluster, life, after);
            list(KeyPrefix.timeline(cluster, life), from, ObjectKey.OfTimeline.EVENTS, found);
        }
        return found.stream().filter(key -> key.through().isAfter(after)).sorted(BY_START).toList();
    }

    private void list(
            String prefix, String startAfter, String kind, List<ObjectKey.OfTimeline> found) {
        try (Stream<StoredObject> objects = store.list(prefix, startAfter)) {
            objects.flatMap(object -> ours(object, kind).stream()).forEach(found::add);
        }
    }

    private static Optional<ObjectKey.OfTimeline> ours(StoredObject object, String kind) {
        return ObjectKey.parse(object.key())
                .filter(ObjectKey.OfTimeline.class::isInstance)
                .map(ObjectKey.OfTimeline.class::cast)
                .filter(key -> key.kind().equals(kind));
    }

    private List<Incarnation> lives() {
        return Catalogue.incarnations(store, cluster);
    }

    static Damage hole(ObjectKey.OfTimeline next, ClusterTime reached) {
        return new Damage(
                next.text(),
                "follows " + next.after() + ", but the events objects before it end at " + reached,
                "objects were deleted or lost: events in between are not known",
                "bring them back from a copy of the bucket, or work the timeline out from the"
                        + " slices again (windows --rebuild)");
    }
}
