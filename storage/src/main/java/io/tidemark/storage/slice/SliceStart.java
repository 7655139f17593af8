package io.tidemark.storage.slice;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.util.List;
import java.util.Optional;

/**
 * What is known before a slice's first entry.
 *
 * @param role of the replica set, if known
 * @param after the cluster time that the slice follows: the end of the slice before, or where the
 *     replica set's record begins
 * @param openTransactions open at {@code after}: the end of the slice before; empty if unknown
 */
public record SliceStart(
        ClusterName cluster,
        Incarnation incarnation,
        ReplicaSet replicaSet,
        Optional<ReplicaSetRole> role,
        ClusterTime after,
        List<OpenTransaction> openTransactions) {
    public SliceStart {
        openTransactions = List.copyOf(openTransactions);
    }

    /** Where the slice behind {@code header} begins. */
    public static SliceStart behind(SliceHeader header) {
        return new SliceStart(
                header.key().cluster(),
                header.key().incarnation(),
                header.key().replicaSet(),
                header.role(),
                header.key().slice().through(),
                header.openTransactions());
    }
}
