package io.tidemark.restore.plan;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Chain;
import java.util.List;
import java.util.Optional;

/** What planning asks of an archive. Listing it afresh may give later answers, never fewer. */
public interface ArchiveFacts {
    /** Every life of every replica set that has slices, gaps or bases. */
    List<ArchivedReplicaSet> lives();

    /** What the replica set is to its cluster, if the archive tells. */
    Optional<ReplicaSetRole> role(ArchivedReplicaSet life);

    /** The time of a life's first archived entry. Not to be asked of a life without slices. */
    ClusterTime firstEntry(ArchivedReplicaSet life);

    /** The bases of one life, in any order. */
    List<BaseFacts> bases(ArchivedReplicaSet life);

    /**
     * The slices after a time, to the end of the archive, and the holes between them: as many as
     * there are.
     */
    Chain chain(ArchivedReplicaSet life, ClusterTime after);

    /**
     * What a restore to {@code time} reads of the slices after {@code after}, and a few more;
     * unbroken, or all up to the archive's end if the time can't be reached.
     */
    Chain chainReaching(ArchivedReplicaSet life, ClusterTime after, ClusterTime time);

    /** Whether the record of a life begins with the first entry that it ever wrote. */
    boolean isBorn(ArchivedReplicaSet life);

    /** Why a hole is there, in words; empty if nobody knows. */
    Optional<String> reason(Chain.Hole hole);
}
