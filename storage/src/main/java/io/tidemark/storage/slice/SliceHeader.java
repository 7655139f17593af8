package io.tidemark.storage.slice;

import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a slice says of itself; readable without its entries.
 *
 * @param key cluster, incarnation, replica set, range and base offset, as in the object's key
 * @param role of the replica set, if the writer knew it
 * @param first the first entry
 * @param last the last entry; its cluster time is the range's end
 * @param entries how many of each kind; at least one entry in all
 * @param operations that the entries carry: of a list in {@code applyOps} each, of any other entry
 *     one; empty in slices written before it was counted
 * @param rawBytes of all entries
 * @param kafka where the records stood; empty for imported slices
 * @param openTransactions those open after the last entry, oldest first: replay to a time in this
 *     slice that includes them begins at the first one's first entry
 * @param watermark the time up to which the writer knew <em>all</em> replica sets to be archived;
 *     empty if it knew of none
 */
public record SliceHeader(
        ObjectKey.OfSlice key,
        Optional<ReplicaSetRole> role,
        Optime first,
        Optime last,
        Map<RecordKind, Long> entries,
        Optional<Long> operations,
        long rawBytes,
        Optional<KafkaRange> kafka,
        List<OpenTransaction> openTransactions,
        Optional<ClusterTime> watermark) {
    public SliceHeader {
        entries = Collections.unmodifiableMap(copy(entries));
        openTransactions = List.copyOf(openTransactions);
        requireInside(key, first, last);
        if (kafka.isPresent() && kafka.get().firstOffset() != key.slice().baseOffset()) {
            throw new IllegalArgumentException(
                    "slice " + key.text() + " begins at offset " + kafka.get().firstOffset());
        }
    }

    private static EnumMap<RecordKind, Long> copy(Map<RecordKind, Long> entries) {
        EnumMap<RecordKind, Long> copy = new EnumMap<>(RecordKind.class);
        copy.putAll(entries);
        return copy;
    }

    private static void requireInside(ObjectKey.OfSlice key, Optime first, Optime last) {
        boolean inside =
                first.clusterTime().isAfter(key.slice().after())
                        && !first.clusterTime().isAfter(last.clusterTime())
                        && last.clusterTime().equals(key.slice().through());
        if (!inside) {
            throw new IllegalArgumentException(
                    "entries " + first + " to " + last + " are not those of " + key.text());
        }
    }

    public long entryCount() {
        return entries.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Where the oldest transaction begins that is open after the last entry. */
    public Optional<Optime> oldestOpenTransaction() {
        return openTransactions.stream().map(OpenTransaction::first).findFirst();
    }
}
