package io.tidemark.restore.external;

import io.tidemark.restore.plan.ArchiveFacts;
import io.tidemark.restore.plan.BaseFacts;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.List;
import java.util.Optional;

/**
 * An archive of which only the oplogs count: the one base of each replica set lies elsewhere.
 *
 * @param births whether an oplog that is archived from its first entry on counts as a base too
 */
record ExternalFacts(ArchiveFacts archive, List<HeldBase> bases, boolean births)
        implements ArchiveFacts {
    ExternalFacts {
        bases = List.copyOf(bases);
    }

    @Override
    public List<ArchivedReplicaSet> lives() {
        return archive.lives();
    }

    @Override
    public Optional<ReplicaSetRole> role(ArchivedReplicaSet life) {
        return archive.role(life);
    }

    @Override
    public ClusterTime firstEntry(ArchivedReplicaSet life) {
        return archive.firstEntry(life);
    }

    @Override
    public List<BaseFacts> bases(ArchivedReplicaSet life) {
        return bases.stream()
                .filter(base -> base.life().equals(life))
                .map(
                        base ->
                                new BaseFacts(
                                        base.place(),
                                        base.replayFrom().previous(),
                                        base.usableFrom()))
                .toList();
    }

    /** From its beginning no oplog is replayed into a target that is not empty. */
    @Override
    public Chain chain(ArchivedReplicaSet life, ClusterTime after) {
        if (after.equals(ClusterTime.ZERO) && !births) {
            Chain.Hole all = new Chain.Hole(ClusterTime.ZERO, ClusterTime.MAX, List.of());
            return new Chain(ClusterTime.ZERO, ClusterTime.MAX, List.of(), List.of(all));
        }
        return archive.chain(life, after);
    }

    @Override
    public Chain chainReaching(ArchivedReplicaSet life, ClusterTime after, ClusterTime time) {
        return archive.chainReaching(life, after, time);
    }

    @Override
    public boolean isBorn(ArchivedReplicaSet life) {
        return births && archive.isBorn(life);
    }

    @Override
    public Optional<String> reason(Chain.Hole hole) {
        return archive.reason(hole);
    }
}
