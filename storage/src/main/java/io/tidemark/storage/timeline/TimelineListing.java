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
import java.util.Optional;
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

    /** From the latest day on backwards, day by day as the stream is read. */
    Stream<ObjectKey.OfTimeline> newestFirst(String kind) {
        List<String> days = new ArrayList<>();
        for (Incarnation life : lives()) {
            days(KeyPrefix.timeline(cluster, life), DATE_LEVELS, days);
        }
        // Of several lives too: the date is the end of each.
        days.sort(Comparator.comparing(TimelineListing::date).reversed());
        return grouped(days).flatMap(sameDay -> newestFirst(kind, sameDay));
    }

    private Stream<ObjectKey.OfTimeline> newestFirst(String kind, List<String> sameDay) {
        List<ObjectKey.OfTimeline> found = new ArrayList<>();
        sameDay.forEach(day -> list(day, "", kind, found));
        return found.stream().sorted(BY_END.reversed());
    }

    private static Stream<List<String>> grouped(List<String> days) {
        List<List<String>> groups = new ArrayList<>();
        for (String day : days) {
            List<String> last = groups.isEmpty() ? List.of() : groups.get(groups.size() - 1);
            if (last.isEmpty() || !date(last.get(0)).equals(date(day))) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(day);
        }
        return groups.stream();
    }

    private static String date(String folder) {
        return folder.substring(folder.length() - "yyyy/mm/dd/".length());
    }

    private void days(String folder, int levels, List<String> days) {
        if (levels == 0) {
            days.add(folder);
            return;
        }
        for (String name : store.folders(folder)) {
            if (name.matches("\\d{2}|\\d{4}")) {
                days(folder + name + "/", levels - 1, days);
            }
        }
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
