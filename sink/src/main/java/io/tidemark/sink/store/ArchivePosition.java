package io.tidemark.sink.store;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.slice.KafkaRange;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.SliceHeader;
import java.util.List;
import java.util.Optional;

/**
 * Where the archive of one life of a replica set ends.
 *
 * @param through everything up to here is in slices or known to be missing
 * @param role of the replica set, if known
 * @param openTransactions open at that point
 * @param kafka the records of the last object; empty for imported ones
 */
public record ArchivePosition(
        ClusterTime through,
        Optional<ReplicaSetRole> role,
        List<OpenTransaction> openTransactions,
        Optional<KafkaRange> kafka) {
    public ArchivePosition {
        openTransactions = List.copyOf(openTransactions);
    }

    /** Behind a slice. */
    public static ArchivePosition behind(SliceHeader header) {
        return new ArchivePosition(
                header.key().slice().through(),
                header.role(),
                header.openTransactions(),
                header.kafka());
    }

    /** Behind a hole, or where a record begins: what was open before is not known. */
    public static ArchivePosition at(ClusterTime through, Optional<ReplicaSetRole> role) {
        return new ArchivePosition(through, role, List.of(), Optional.empty());
    }

    /** The offset to go on from, if the archive's last object came from that topic. */
    public Optional<Long> nextOffset(String topicId) {
        return kafka.filter(k -> k.topicId().equals(topicId)).map(k -> k.lastOffset() + 1);
    }
}
