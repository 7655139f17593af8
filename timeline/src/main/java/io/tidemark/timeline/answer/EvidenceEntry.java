package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.Evidence;
import java.util.List;

/**
 * An oplog entry that shows a step of an operation.
 *
 * @param what the step, as the entry names it
 */
public record EvidenceEntry(ClusterTime at, String atUtc, ReplicaSet replicaSet, String what) {

    static List<EvidenceEntry> all(List<Evidence> evidence) {
        return evidence.stream()
                .map(
                        one ->
                                new EvidenceEntry(
                                        one.at(), Utc.of(one.at()), one.replicaSet(), one.what()))
                .toList();
    }
}
