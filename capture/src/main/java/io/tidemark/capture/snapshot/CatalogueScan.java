package io.tidemark.capture.snapshot;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a scan stands on: its start bound, the catalogue, the ranges. The catalogue is of
 * some moments after S, each collection's indexes of a moment of their own: every change since S is
 * replayed over it. A collection that is created later comes with its entry in the oplog; one that
 * is gone when its indexes are asked for left with one.
 */
final class CatalogueScan {
    private static final int MOST_RANGES = 1_000;
    private static final int SAMPLES_PER_RANGE = 10;
    private final SnapshotSource source;
    private final SnapshotSettings settings;
    private final CaughtUp caughtUp;

    CatalogueScan(SnapshotSource source, SnapshotSettings settings, CaughtUp caughtUp) {
        this.source = source;
        this.settings = settings;
        this.caughtUp = caughtUp;
    }

    BaseStart scan(BasePlace place, ReplicaSetRole role, Optional<ClusterTime> readAt)
            throws InterruptedException {
        ClusterTime replayFrom = new StartBound(source, caughtUp).find(readAt);
        SnapshotNamespaces held = new SnapshotNamespaces(role.equals(ReplicaSetRole.CONFIG_SERVER));
        List<BaseStart.Planned> planned = new ArrayList<>();
        for (SnapshotSource.Listed listed : source.collections()) {
            if (held.holds(listed.namespace())) {
                source.indexes(listed).ifPresent(indexes -> planned.add(plan(listed, indexes)));
            }
        }
        SnapshotSource.Versions versions = source.versions();
        // What was listed may not be held by a majority yet.
        ClusterTime through = caughtUp.await();
        return new BaseStart(
                place,
                replayFrom,
                through,
                readAt,
                Optional.of(role),
                Optional.of(versions.server()),
                versions.feature(),
                planned);
    }

    private BaseStart.Planned plan(SnapshotSource.Listed listed, List<RawDocument> indexes) {
        BaseCollection collection =
                new BaseCollection(
                        listed.namespace(),
                        listed.uuid(),
                        true,
                        BaseCollection.Type.COLLECTION,
                        listed.options(),
                        indexes,
                        List.of());
        boolean byId = isReadById(listed.options(), indexes);
        return new BaseStart.Planned(collection, byId, byId ? splits(listed) : List.of());
    }

    /**
     * Ranges need bounds on the index of {@code _id}, in the order of its bytes. Capped collections
     * are read as they are stored, because that order is theirs to keep.
     */
    private static boolean isReadById(RawDocument options, List<RawDocument> indexes) {
        boolean capped = options.find("capped").filter(RawElement::isTrue).isPresent();
        boolean clustered = options.has("clusteredIndex");
        boolean simple =
                options.document("collation")
                        .flatMap(c -> c.string("locale"))
                        .map(locale -> locale.equals("simple"))
                        .orElse(true);
        return !capped
                && !clustered
                && simple
                && indexes.stream().anyMatch(i -> i.string("name").orElse("").equals("_id_"));
    }

    /** So many that no thread stands idle while there is a large one, but no small parts. */
    private long ranges(long bytes) {
        long forThreads =
                settings.threads() == 1
                        ? 1
                        : Math.min(settings.threads() * 2L, bytes * 4 / settings.partBytes());
        return Math.max(bytes / settings.rangeBytes(), forThreads);
    }

    private List<RawDocument> splits(SnapshotSource.Listed listed) {
        long bytes = source.size(listed).bytes();
        int ranges = (int) Math.min(MOST_RANGES, ranges(bytes));
        if (ranges < 2) {
            return List.of();
        }
        List<RawDocument> sample = source.sample(listed, ranges * SAMPLES_PER_RANGE);
        List<RawDocument> splits = new ArrayList<>();
        for (int i = 1; i < ranges; i++) {
            int place = (int) ((long) i * sample.size() / ranges);
            boolean found = place < sample.size();
            if (found && (splits.isEmpty() || !splits.contains(sample.get(place)))) {
                splits.add(sample.get(place));
            }
        }
        return splits;
    }
}
