package io.tidemark.cli.audit;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The archived records of several replica sets as one, in the order of cluster time. */
final class BucketAudit {
    private final ObjectStore store;
    private final SliceReader slices;

    private record Waiting(AuditRecord record, ArchivedRecords from, int number) {
        ClusterTime at() {
            return record.at();
        }
    }

    BucketAudit(ObjectStore store, FrameKeys keys) {
        this.store = store;
        this.slices = new SliceReader(store, keys);
    }

    void run(List<ArchivedReplicaSet> lives, AuditFilter filter, AuditLines lines) {
        List<ArchivedRecords> all = new ArrayList<>();
        try {
            PriorityQueue<Waiting> waiting =
                    new PriorityQueue<>(
                            Comparator.comparing(Waiting::at).thenComparing(Waiting::number));
            for (ArchivedReplicaSet life : lives) {
                ArchivedRecords records = new ArchivedRecords(store, slices, life, filter);
                int number = all.size();
                all.add(records);
                records.next().ifPresent(r -> waiting.add(new Waiting(r, records, number)));
            }
            while (!waiting.isEmpty() && !lines.isFull()) {
                Waiting first = waiting.poll();
                lines.add(first.record());
                first.from()
                        .next()
                        .ifPresent(r -> waiting.add(new Waiting(r, first.from(), first.number())));
            }
        } finally {
            all.forEach(ArchivedRecords::close);
        }
    }
}
