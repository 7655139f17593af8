package io.tidemark.bench;

import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineStore;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.wire.WindowsContent;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands beside the slices of an archive that has grown for long: a base of every replica set
 * a day, and the timeline.
 */
final class LongArchive {
    private static final long SLICES_PER_DAY = 2 * 24 * 60;
    private static final Namespace ORDERS = Namespace.of("shop.orders");

    private final ManySlices slices;

    LongArchive(ManySlices slices) {
        this.slices = slices;
    }

    /** Stores bases and timeline; the slices are there by themselves. */
    void write(ObjectStore store) {
        List<Shard> shards =
                slices.sets().stream()
                        .filter(set -> !set.equals(ManySlices.CONFIG))
                        .map(set -> new Shard(set.name(), set))
                        .toList();
        TimelineFold fold = TimelineFold.of(ManySlices.CONFIG, shards);
        for (ReplicaSet set : slices.sets()) {
            fold.started(set, ManySlices.begin());
            for (long day = 0; day * SLICES_PER_DAY < slices.perSet() - 1; day++) {
                ClusterTime from = ManySlices.end(day * SLICES_PER_DAY);
                ClusterTime usable = ManySlices.end(day * SLICES_PER_DAY + 1);
                base(set, "day-" + day, from, usable).putTo(store);
                fold.base(new Base("day-" + day, set, from, usable));
            }
            fold.captured(set, ManySlices.end(slices.perSet()));
            fold.archived(set, ManySlices.end(slices.perSet()));
        }
        ClusterTimeline timeline =
                new ClusterTimeline(
                        ClusterTimeline.Origin.ARCHIVE,
                        WindowsContent.of(fold),
                        List.of(),
                        List.of(),
                        List.of());
        new TimelineStore(store, FrameKeys.NONE, slices.cluster(), ManySlices.LIFE).put(timeline);
    }

    private BaseManifest base(ReplicaSet set, String id, ClusterTime from, ClusterTime usable) {
        BasePart part = new BasePart(new PartId(0, 0, 0), 20_000_000, 64_000_000, 60_000, "none");
        BaseCollection orders =
                new BaseCollection(
                        ORDERS,
                        UUID.nameUUIDFromBytes(
                                set.name().getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        true,
                        BaseCollection.Type.COLLECTION,
                        RawDocument.of(new RawDocumentBuilder().build()),
                        List.of(),
                        List.of(part));
        return new BaseManifest(
                new BasePlace(slices.cluster(), ManySlices.LIFE, id, set),
                BaseMethod.IMPORT,
                from.next(),
                usable,
                Optional.empty(),
                Optional.of(slices.role(set)),
                Optional.empty(),
                Optional.empty(),
                List.of(orders));
    }
}
