package io.tidemark.cli.snapshot;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bson.RawBsonDocument;

/**
 * Archives what the cluster's oplogs hold, but nothing before the earliest base needs it: a restore
 * has to begin with a base.
 */
final class Oplogs {
    private static final int ENTRIES_PER_SLICE = 200;
    private final LivingCluster living;
    private final ObjectStore bucket;

    Oplogs(LivingCluster living, ObjectStore bucket) {
        this.living = living;
        this.bucket = bucket;
    }

    /** Times of all entries archived, in order. */
    List<ClusterTime> archive() {
        List<ClusterTime> times = new ArrayList<>();
        List<BaseManifest> bases =
                new Catalogue(bucket, Snapshots.CLUSTER)
                        .bases().stream().map(p -> BaseManifest.read(bucket, p)).toList();
        for (SourceSet set : living.sets()) {
            List<BaseManifest> own =
                    bases.stream()
                            .filter(b -> b.place().replicaSet().equals(set.replicaSet()))
                            .toList();
            ClusterTime after =
                    own.stream()
                            .map(BaseManifest::replayAfter)
                            .min(Comparator.naturalOrder())
                            .orElse(ClusterTime.ZERO);
            SimulatedReplicaSet source = living.cluster.replicaSets().get(set.replicaSet().name());
            Incarnation incarnation = new Incarnation(source.replicaSetId().toHexString());
            times.addAll(archive(set, incarnation, after));
        }
        return times.stream().sorted().distinct().toList();
    }

    private List<ClusterTime> archive(SourceSet set, Incarnation incarnation, ClusterTime after) {
        SimulatedReplicaSet source = living.cluster.replicaSets().get(set.replicaSet().name());
        List<OplogEntry> entries =
                source.oplog().stream()
                        .map(Oplogs::entry)
                        .filter(e -> e.clusterTime().isAfter(after))
                        .toList();
        SliceStart start =
                new SliceStart(
                        Snapshots.CLUSTER,
                        incarnation,
                        set.replicaSet(),
                        Optional.of(set.role()),
                        after,
                        List.of());
        for (int i = 0; i < entries.size(); i += ENTRIES_PER_SLICE) {
            try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
                entries.subList(i, Math.min(entries.size(), i + ENTRIES_PER_SLICE))
                        .forEach(writer::add);
                try (SealedSlice slice = writer.seal()) {
                    slice.putTo(bucket);
                    start = SliceStart.behind(slice.header());
                }
            }
        }
        return entries.stream().map(OplogEntry::clusterTime).toList();
    }

    private static OplogEntry entry(RawBsonDocument raw) {
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return OplogEntry.of(bytes);
    }
}
