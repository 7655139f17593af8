package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.catalogue.Topology;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The facts of a bucket, read once. */
public final class BucketFacts implements ArchiveFacts {
    private final ObjectStore bucket;
    private final Catalogue catalogue;
    private final List<ArchivedReplicaSet> withSlices;
    private final Topology inSlices;
    private final Map<ArchivedReplicaSet, List<BaseFacts>> bases = new TreeMap<>();

    public BucketFacts(ObjectStore bucket, Catalogue catalogue) {
        this.bucket = bucket;
        this.catalogue = catalogue;
        this.withSlices = catalogue.replicaSets();
        this.inSlices = Topology.inSlices(bucket, catalogue, withSlices);
        for (BaseFacts base : catalogue.bases(BaseFacts::of)) {
            bases.computeIfAbsent(ArchivedReplicaSet.of(base.place()), l -> new ArrayList<>())
                    .add(base);
        }
    }

    @Override
    public List<ArchivedReplicaSet> lives() {
        TreeSet<ArchivedReplicaSet> lives = new TreeSet<>(withSlices);
        lives.addAll(bases.keySet());
        return List.copyOf(lives);
    }

    @Override
    public Optional<ReplicaSetRole> role(ArchivedReplicaSet life) {
        return inSlices.role(life).or(() -> roleInBases(life));
    }

    /** As the last of them tells it that does. */
    private Optional<ReplicaSetRole> roleInBases(ArchivedReplicaSet life) {
        return bases(life).stream()
                .flatMap(base -> base.role().stream())
                .reduce((earlier, later) -> later);
    }

    @Override
    public ClusterTime firstEntry(ArchivedReplicaSet life) {
        // The header lies in the clear, whatever seals the frames.
        SliceReader reader = new SliceReader(bucket, FrameKeys.NONE);
        return catalogue
                .firstSlice(life)
                .map(slice -> reader.header(slice).first().clusterTime())
                .orElseThrow();
    }

    @Override
    public List<BaseFacts> bases(ArchivedReplicaSet life) {
        return bases.getOrDefault(life, List.of());
    }

    @Override
    public Chain chain(ArchivedReplicaSet life, ClusterTime after) {
        return catalogue.chain(life, after, ClusterTime.MAX);
    }

    @Override
    public Chain chainReaching(ArchivedReplicaSet life, ClusterTime after, ClusterTime time) {
        return catalogue.chainReaching(life, after, time);
    }

    @Override
    public boolean isBorn(ArchivedReplicaSet life) {
        return catalogue.beginsWithBirth(life);
    }

    @Override
    public Optional<String> reason(Chain.Hole hole) {
        if (hole.gaps().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                hole.gaps().stream()
                        .map(key -> GapObject.read(bucket, key).gap().reason())
                        .collect(Collectors.joining("; ")));
    }
}
